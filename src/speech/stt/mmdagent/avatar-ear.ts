/** What hearing through MMDAgent-EX needs of an avatar; given by whoever has one. */
export interface AvatarEar {
  /** Messages of the avatar, from now on. @returns ends it. */
  onMessage(listener: (type: string, args: readonly string[]) => void): () => void;
  /**
   * Takes sound to the avatar, s16le mono 16 kHz; resolves when it may have more. Left out: the avatar hears by itself, and what the
   * recogniser is given only tells how long to listen.
   */
  readonly sendSound?: ((pcm: Uint8Array) => Promise<void>) | undefined;
}

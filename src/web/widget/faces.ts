/** Faces that models show, as AIAvatarKit and this bridge name them. */
const EMOJI: Readonly<Record<string, string>> = {
  joy: '😊',
  happy: '😊',
  fun: '😄',
  angry: '😠',
  anger: '😠',
  sorrow: '😢',
  sad: '😢',
  surprise: '😮',
  surprised: '😮',
  shy: '😳',
  relaxed: '😌',
};

/** @returns undefined at rest, and for a name of the user's own. */
export function faceOf(name: string): string | undefined {
  return Object.hasOwn(EMOJI, name) ? EMOJI[name] : undefined;
}

import type { TurnMetadata } from '../tool.js';

/** Gives a picture from elsewhere, such as the page's camera: a `data:` URL (PNG, JPEG, WebP, GIF) or `https:` URL; undefined: not mine. */
export type GetImageUrl = (
  source: string,
  metadata: TurnMetadata,
  signal: AbortSignal,
) => string | undefined | Promise<string | undefined>;

/** What `[vision:SOURCE]` looks with. */
export interface Eyes {
  /** `camera`, `screenshot` and what the settings add. A hook may know more. */
  readonly sources: readonly string[];
  /**
   * Takes one picture.
   *
   * @param source - `camera`, `screenshot`, or any name that the hook or the settings know.
   * @returns `data:image/…;base64,…` of at most `maxBytes`, or the hook's `http(s):` URL.
   * @throws {DeviceError} BRIDGE_ERR_VISION - no program or hook could; says what to install.
   * @throws the signal's reason.
   */
  look(source: string, metadata: TurnMetadata, signal?: AbortSignal): Promise<string>;
}

/** Faces that models show, as AIAvatarKit and this bridge name them. */
const EMOJI: Readonly<Record<string, string>> = {
  neutral: '🙂',
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

/** @returns undefined for a name of the user's own: the face stays as it is. */
export function faceOf(name: string): string | undefined {
  return Object.hasOwn(EMOJI, name) ? EMOJI[name] : undefined;
}

/** Phonemes that are no sound of a word: silence, a pause, and a short one. @source lip.txt of MMDAgent-EX */
export const PAUSE_NAMES: ReadonlySet<string> = new Set(['sil', 'pau', 'sp']);

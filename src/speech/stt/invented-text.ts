import type { SoundEvidence } from './level-track.js';

/** What an engine believes to have heard, and what speaks for and against it. */
export interface Claim {
  readonly text: string;
  /** 0 to 1; undefined: the engine does not tell. */
  readonly noSpeech?: number | undefined;
  readonly sound: SoundEvidence;
}

/**
 * Subtitles of videos, which Whisper and its kin were trained on, put where nothing was said. Nobody says these to an avatar, but
 * somebody may read them out: they fall by one weak sign of silence.
 */
const SUBTITLES: readonly string[] = [
  'ご視聴ありがとうございました',
  'ご視聴いただきありがとうございました',
  'ご視聴いただきありがとうございます',
  'ご視聴ありがとうございます',
  '最後までご視聴ありがとうございました',
  '最後までご視聴いただきありがとうございました',
  '最後まで見てくれてありがとう',
  'ご覧いただきありがとうございます',
  'ご覧いただきありがとうございました',
  '次の動画でお会いしましょう',
  'また次の動画でお会いしましょう',
  '次回の動画でお会いしましょう',
  'それではまた次の動画で',
  'チャンネル登録をお願いいたします',
  'チャンネル登録お願いします',
  'チャンネル登録よろしくお願いします',
  'チャンネル登録と高評価をお願いします',
  'チャンネル登録高評価よろしくお願いします',
  'この動画の字幕は視聴者によって作成されました',
  '字幕視聴ありがとうございました',
  '字幕は自動生成です',
  'thank you for watching',
  'thanks for watching',
  'thank you for watching this video',
  'thank you so much for watching',
  'thanks for watching and see you next time',
  'thank you for watching see you next time',
  'thank you for watching and see you in the next video',
  'see you in the next video',
  'ill see you in the next video',
  'please subscribe',
  'please subscribe to my channel',
  'please like and subscribe',
  'dont forget to like and subscribe',
  'like and subscribe',
  'subtitles by the amaraorg community',
  'transcription by castingwords',
  'transcribed by httpsotterai',
];

/** Said every day, and invented as well: they fall by strong signs only. */
const EVERYDAY: readonly string[] = [
  'ありがとうございました',
  'ありがとうございます',
  'ありがとう',
  'おやすみなさい',
  'お疲れ様でした',
  'はい',
  'うん',
  'あ',
  'ん',
  'え',
  'thank you',
  'thanks',
  'thank you very much',
  'thank you so much',
  'bye',
  'bye bye',
  'bye-bye',
  'you',
  'okay',
  'ok',
  'oh',
  'yeah',
  'so',
  'the',
  'hmm',
];

const SUBTITLE_SET = new Set(SUBTITLES.map(bare));
const EVERYDAY_SET = new Set(EVERYDAY.map(bare));

/** Nobody is heard below; whispering into a poor microphone stays above. */
const SILENT_DBFS = -65;
/** Quieter than speech in any usual set-up, or too steady to be speech: in white noise as loud as itself it still ranges over 6.5 dB, noise alone over 2 at most (measured). */
const QUIET_DBFS = -50;
const STEADY_DB = 6;
/** Whisper's own limit for leaving a segment out. @source openai/whisper transcribe.py, no_speech_threshold 0.6 */
const NO_SPEECH = 0.6;
/** Some servers let such segments through. */
const SURELY_NO_SPEECH = 0.85;
/** Real "thank you" lay below 0.02 and invented ones above 0.06 in one measurement. @source github.com/zachlatta/freeflow pull 81 */
const SUBTITLE_NO_SPEECH = 0.1;
/** A loop: one piece so often, and faster than people speak, letters a second. */
const LOOP_COUNT = 4;
const LOOP_LETTERS_PER_SECOND = 20;

/**
 * Whether a text was made up by the engine where nobody spoke.
 *
 * A phrase alone is never enough: people do say thank you. It takes a sign of silence as well (the engine's own doubt, a level at which
 * nobody speaks, noise too steady for speech, a loop), the stronger the more usual the phrase. A text that stands on no list falls
 * only where nothing can have been said.
 */
export function isInvented({ text, noSpeech = 0, sound }: Claim): boolean {
  const letters = bare(text);
  if (letters === '') return true;
  if (sound.loudDbfs < SILENT_DBFS) return true;
  const isDoubtful = isUnlikeSpeech(sound);
  const piece = repeated(letters);
  if (SUBTITLE_SET.has(piece.unit)) return isDoubtful || noSpeech >= SUBTITLE_NO_SPEECH || piece.count > 1;
  const isLoop = piece.count >= LOOP_COUNT && letters.length > LOOP_LETTERS_PER_SECOND * seconds(sound);
  if (isLoop) return true;
  if (EVERYDAY_SET.has(piece.unit)) return isDoubtful || noSpeech >= NO_SPEECH;
  return isDoubtful && noSpeech >= SURELY_NO_SPEECH;
}

/** Too quiet or too steady for somebody to have spoken in any usual set-up. */
export function isUnlikeSpeech({ loudDbfs, rangeDb }: SoundEvidence): boolean {
  return loudDbfs < QUIET_DBFS || rangeDb < STEADY_DB;
}

function seconds({ durationMs }: SoundEvidence): number {
  return Math.max(0.02, durationMs / 1000);
}

/** Letters and digits alone, in one form. */
function bare(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}ー]+/gu, '');
}

/** The shortest piece that, again and again, is the whole. */
function repeated(letters: string): { readonly unit: string; readonly count: number } {
  for (let length = 1; length <= letters.length / 2; length++) {
    if (letters.length % length !== 0) continue;
    const unit = letters.slice(0, length);
    if (unit.repeat(letters.length / length) === letters) return { unit, count: letters.length / length };
  }
  return { unit: letters, count: 1 };
}

import { errorText } from '../runtime/index.js';
import { phonemeItems, readJsonTimings } from './json-timings.js';
import { looksLikeLabels, readLabelTimings } from './label-timings.js';
import { readPhonemeList } from './phoneme-list.js';
import { looksLikeTextGrid, readTextGridTimings } from './textgrid-timings.js';
import type { TimedPhoneme } from './timed-phoneme.js';
import { shown, timingError } from './timing-error.js';
import { accentPhrases, readVoicevoxTimings } from './voicevox-timings.js';

export type TimingFormat = 'json' | 'voicevox' | 'labels' | 'textgrid' | 'list';

export interface Timings {
  readonly format: TimingFormat;
  /** In order, without overlaps, with the names of the file; gaps are silence. At least one. */
  readonly phonemes: readonly TimedPhoneme[];
}

/** A day of speech is below it. */
const MAX_TIMING_BYTES = 32 * 1024 * 1024;

/**
 * Reads phoneme timings of any kind that engines and aligners write; the kind is told by the content, not by the file's name.
 *
 * JSON lists, VOICEVOX queries, HTK, Open JTalk and Audacity labels, Praat TextGrids, and `name,ms,…` as in LIPSYNC_START.
 * Bytes may be UTF-8 or, with a byte order mark, UTF-16; bytes that are no text become U+FFFD.
 *
 * @param name - of the file, for errors.
 * @throws {RequestError} BRIDGE_ERR_TIMING_FILE - with the line or entry where that can be told; nothing else.
 */
export function readTimings(content: string | Uint8Array, name: string): Timings {
  if (content.length > MAX_TIMING_BYTES)
    throw timingError(
      name,
      undefined,
      `expected at most 32 MiB, got ${Math.ceil(content.length / 1_048_576)} MiB`,
    );
  const text = typeof content === 'string' ? content.replace(/^\ufeff/, '') : decode(content);
  if (text.trim() === '') throw timingError(name, undefined, 'expected phoneme timings, got an empty file');
  if (looksLikeTextGrid(text)) return { format: 'textgrid', phonemes: readTextGridTimings(text, name) };
  if (looksLikeLabels(text)) return { format: 'labels', phonemes: readLabelTimings(text, name) };
  if (/^\s*[[{]/.test(text)) return readJson(text, name);
  if (/^\s*[^\s,]+\s*,\s*\d/.test(text)) return { format: 'list', phonemes: readPhonemeList(text, name) };
  throw timingError(
    name,
    'line 1',
    `expected JSON, a VOICEVOX query, HTK or Open JTalk labels, a TextGrid, or phonemes and milliseconds, got ${shown(text.trimStart().slice(0, 40))}`,
  );
}

function readJson(text: string, name: string): Timings {
  const value = parseJson(text, name);
  if (accentPhrases(value) !== undefined)
    return { format: 'voicevox', phonemes: readVoicevoxTimings(value, name) };
  const items = phonemeItems(value);
  if (items === undefined) {
    throw timingError(
      name,
      undefined,
      `expected a list [{"phoneme", "start", "end"}], the same under "phonemes", or a VOICEVOX query with "accent_phrases", got ${shown(value)}`,
    );
  }
  return { format: 'json', phonemes: readJsonTimings(items, value, name) };
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const [, at] = /position (\d+)/.exec(errorText(error)) ?? [];
    const line = at === undefined ? undefined : text.slice(0, Number(at)).split('\n').length;
    throw timingError(
      name,
      line === undefined ? undefined : `line ${line}`,
      `expected JSON: ${errorText(error).slice(0, 200)}`,
    );
  }
}

function decode(bytes: Uint8Array): string {
  const isUtf16Le = bytes[0] === 0xff && bytes[1] === 0xfe;
  const isUtf16Be = bytes[0] === 0xfe && bytes[1] === 0xff;
  return new TextDecoder(isUtf16Le ? 'utf-16le' : isUtf16Be ? 'utf-16be' : 'utf-8').decode(bytes);
}

import type { TimedPhoneme } from './timed-phoneme.js';
import { PhonemeList, shown, timingError } from './timing-error.js';

/** HTK writes times in units of 100 nanoseconds. */
const HTK_UNITS_PER_MS = 10_000;
/** Full-context label: the phoneme stands between the first `-` behind the two before it and the next `+`. */
const FULL_CONTEXT = /^[^\s^]*\^[^\s]*?-(.+?)\+/;
const LABEL_LINE = /^(\d+(?:\.\d+)?)\s+(\d+(?:\.\d+)?)\s+(\S+)/;

interface Line {
  readonly text: string;
  readonly number: number;
}

/** Whether the first line that says something is `start end name`. */
export function looksLikeLabels(text: string): boolean {
  const first = labelLines(text).next();
  return first.done !== true && LABEL_LINE.test(first.value.text);
}

/**
 * Reads label files: HTK (`start end name`, also inside a master label file), Open JTalk's full-context labels
 * (`start end xx^xx-PH+xx=xx/A:…`, also the whole output of `open_jtalk -ot`) and Audacity's label tracks.
 *
 * Whole numbers are units of 100 ns, as HTK has them; numbers with a decimal point are seconds.
 *
 * @throws {RequestError} BRIDGE_ERR_TIMING_FILE - naming the line.
 */
export function readLabelTimings(text: string, name: string): readonly TimedPhoneme[] {
  const list = new PhonemeList(name);
  for (const { text: line, number } of labelLines(text)) {
    const [, start = '', end = '', label = ''] = LABEL_LINE.exec(line) ?? [];
    if (start === '')
      throw timingError(name, `line ${number}`, `expected START END NAME, got ${shown(line)}`);
    const isSeconds = start.includes('.') || end.includes('.');
    const startMs = isSeconds ? Number(start) * 1000 : Number(start) / HTK_UNITS_PER_MS;
    const endMs = isSeconds ? Number(end) * 1000 : Number(end) / HTK_UNITS_PER_MS;
    list.add(FULL_CONTEXT.exec(label)?.[1] ?? label, startMs, endMs, `line ${number}`);
  }
  return list.done('lines START END NAME');
}

/** The lines that may be labels: of an Open JTalk trace only its label part, of an HTK file not what frames it. */
function* labelLines(text: string): Generator<Line, undefined> {
  const isTrace = /^\s*\[[A-Z][\w ]*\]/.test(text);
  let isLabelPart = !isTrace;
  let hasSeen = false;
  for (const [index, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const line = raw.trim();
    if (isTrace && /^\[.*\]$/.test(line)) {
      isLabelPart = line === '[Output label]';
      continue;
    }
    if (!isLabelPart || line === '' || isFrame(line)) {
      // A master label file has one part per sound; the first is this sound's.
      if (isLabelPart && line === '.' && hasSeen) return undefined;
      continue;
    }
    hasSeen = true;
    yield { text: line, number: index + 1 };
  }
  return undefined;
}

function isFrame(line: string): boolean {
  return line.startsWith('#') || line.startsWith('"') || line === '.' || line === '///';
}

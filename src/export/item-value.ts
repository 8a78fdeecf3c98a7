import { assertNever } from '../runtime/index.js';
import type { TimelineItem } from './timeline.js';

/** What an item is called where there is room for one text. */
export function itemValue(item: TimelineItem): string {
  switch (item.kind) {
    case 'sound':
      return 'sound';
    case 'utterance':
      return `${item.utterance} ${item.reason}`;
    case 'lip':
      return item.phoneme;
    case 'sent':
    case 'received':
    case 'echo':
    case 'turn':
    case 'turnMark':
      return item.text;
    case 'state':
      return item.status;
    case 'lost':
      return `${item.lostLines} lines, ${item.lostSoundMs} ms of sound`;
    default:
      return assertNever(item);
  }
}

const INTERVALS: ReadonlySet<TimelineItem['kind']> = new Set(['sound', 'utterance', 'lip', 'turn']);

/** Sound, utterances, lips and words last; the others happen. */
export function isInterval(kind: TimelineItem['kind']): boolean {
  return INTERVALS.has(kind);
}

/** Milliseconds with at most a thousandth, without trailing zeros. */
export function msText(ms: number): string {
  return String(Math.round(ms * 1000) / 1000);
}

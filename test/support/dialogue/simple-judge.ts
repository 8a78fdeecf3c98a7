import type { Judge } from '../../../src/dialogue/index.js';

const STOP = new Set(['待って', 'stop']);
const BACKCHANNEL = new Set(['うん', 'はい', 'uh-huh']);

/** Judgements that a test can read: "…" at the end goes on, "？" and "。" end. */
export const SIMPLE_JUDGE: Judge = {
  end: (text) => {
    if (/[？。?.]$/.test(text)) return { state: 'finished', why: 'mark' };
    return text.endsWith('…') ? { state: 'unfinished', why: 'dots' } : { state: 'open', why: 'nothing' };
  },
  interjection: (text) => {
    if (text.trim() === '') return 'nothing';
    if (STOP.has(text)) return 'stop';
    return BACKCHANNEL.has(text) ? 'backchannel' : 'words';
  },
  withoutEcho: (text, _heardAtMs, { text: spoken }) => (spoken.includes(text) && text.length > 3 ? '' : text),
  join: (first, second) => first.replace(/…$/, '') + second,
};

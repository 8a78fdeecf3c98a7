import type { KeptRecord, KeptTurn } from '../../api/operator-facts.js';
import { make } from '../dom.js';
import type { Words } from '../words.js';
import { outcomeKey } from './session-text.js';
import { sayTime } from './times.js';
import { stageTable } from './waterfall.js';

/** A kept conversation, turn by turn, with its recordings. */
export function keptConversation(words: Words, record: KeptRecord): HTMLElement[] {
  const { id, user, startedAtMs, records, damagedLines } = record;
  const base = `api/v1/operator/kept/${encodeURIComponent(id)}`;
  const download = make('a', 'quiet', words.say('conKeptDownload'));
  download.href = `${base}?download=1`;
  download.setAttribute('download', '');
  const title = user === undefined ? words.say('conKeptNobody') : words.say('conKeptUser', { user });
  const about = make('p', 'con-about', `${sayTime(words, startedAtMs)} · ${id}`);
  const head = make('header', 'con-head', make('h2', '', title), about, download);
  const damaged =
    damagedLines > 0 ? [make('p', 'hint', words.say('conKeptDamaged', { count: damagedLines }))] : [];
  const turns = records.map((turn) => turnOf(words, turn, { base, record }));
  return [head, ...damaged, ...turns];
}

function turnOf(
  words: Words,
  turn: KeptTurn,
  { base, record }: { readonly base: string; readonly record: KeptRecord },
): HTMLElement {
  const { turn: number, startedAtMs, user, reply, heard, outcome, error, trace } = turn;
  const outcomeText = outcomeKey(outcome);
  const title = words.say('conTurnTitle', {
    turn: number,
    time: sayTime(words, startedAtMs),
    protocol: outcomeText === undefined ? outcome : words.say(outcomeText),
  });
  const parts: HTMLElement[] = [make('h3', '', title)];
  if (user !== '') parts.push(line(words.say('conWhoUser'), user, 'user'));
  if (reply !== '') parts.push(line(words.say('conWhoAvatar'), reply, 'assistant'));
  if (heard !== '' && heard !== reply)
    parts.push(make('p', 'hint', words.say('conKeptHeard', { text: heard })));
  if (error !== undefined) parts.push(make('p', 'failure', ...words.sayError(error)));
  for (const { side } of record.recordings.filter((one) => one.turn === number)) {
    const sound = make('audio', '');
    sound.controls = true;
    sound.preload = 'none';
    sound.src = `${base}/sounds/${number}/${side}`;
    sound.setAttribute(
      'aria-label',
      words.say(side === 'user' ? 'conKeptSoundUser' : 'conKeptSoundAvatar', { turn: number }),
    );
    parts.push(sound);
  }
  const times = make('details', 'con-times', make('summary', '', words.say('conWaterfall')));
  times.append(stageTable(words, title, trace));
  return make('article', 'con-kept-turn', ...parts, times);
}

function line(who: string, text: string, role: string): HTMLElement {
  const element = make('p', 'con-line', make('strong', '', who), make('span', '', text));
  element.dataset['role'] = role;
  return element;
}

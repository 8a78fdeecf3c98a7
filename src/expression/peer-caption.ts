import type { Clock } from '../runtime/index.js';
import { captionStart, captionStop } from './peer-messages.js';
import { Schedule } from './schedule.js';
import type { PeerCaptionSettings } from './settings.js';

const ALIAS = 'caption';
/** Drawing a caption anew costs MMDAgent-EX a layout and two lines on the link. */
const MIN_GAP_MS = 200;

/** Shows what is heard, a few times a second at most, always the latest. */
export class PeerCaption {
  readonly #settings: PeerCaptionSettings;
  readonly #send: (message: () => string) => void;
  readonly #clock: Clock;
  readonly #schedule: Schedule;
  #next: string | undefined;
  #shown = '';
  #sentAtMs = Number.NEGATIVE_INFINITY;

  /** @param send - takes what makes the message, so that it can report what cannot be one. */
  constructor(settings: PeerCaptionSettings, clock: Clock, send: (message: () => string) => void) {
    this.#settings = settings;
    this.#clock = clock;
    this.#schedule = new Schedule(clock);
    this.#send = send;
  }

  show(text: string, speaker: 'user' | 'avatar'): void {
    const isShown = text === '' || this.#settings.speakers.includes(speaker);
    if (!isShown) return;
    const isWaiting = this.#next !== undefined;
    this.#next = text;
    if (text === '') this.#draw();
    else if (!isWaiting) this.#schedule.at(this.#sentAtMs + MIN_GAP_MS, () => this.#draw());
  }

  clear(): void {
    this.show('', 'avatar');
  }

  #draw(): void {
    const text = this.#next;
    this.#next = undefined;
    this.#schedule.clear();
    if (text === undefined) return;
    const lines = captionLines(text, this.#settings.lineChars).slice(-this.#settings.lines);
    const shown = lines.join('\n');
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#sentAtMs = this.#clock.nowMs();
    if (shown === '') this.#send(() => captionStop(ALIAS));
    else this.#send(() => captionStart(ALIAS, lines, this.#settings));
  }
}

/** Lines of a width in wide letters, broken at blanks where there are any; the same however much follows. */
export function captionLines(text: string, lineChars: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const [word] of text.matchAll(/[^\s\u3000-\u9fff\uff00-\uffef]+|\s|[\s\S]/gu)) {
    if (word === '\n' || (line !== '' && isWider(line + word.trimEnd(), lineChars * 2) && !sticks(word))) {
      lines.push(line);
      line = '';
    }
    line += line === '' && /\s/.test(word) ? '' : word;
    while (isWider(line, lineChars * 2 + 2)) {
      const end = cutOf(line, lineChars * 2);
      lines.push(line.slice(0, end));
      line = line.slice(end);
    }
  }
  return [...lines, line].map((each) => each.trim()).filter((each) => each !== '');
}

/** A mark does not begin a line. */
function sticks(word: string): boolean {
  return /^[。、，．！？!?…」』）)〉》】ー]$/.test(word);
}

function width(text: string): number {
  let sum = 0;
  for (const letter of text) sum += /[\u0020-\u024f\uff61-\uff9f]/.test(letter) ? 1 : 2;
  return sum;
}

/** Looks no farther than it must: a word may be as long as a book, and each line of it is measured anew. */
function isWider(text: string, most: number): boolean {
  let sum = 0;
  for (const letter of text) {
    sum += width(letter);
    if (sum > most) return true;
  }
  return false;
}

function cutOf(line: string, most: number): number {
  let end = 0;
  let sum = 0;
  for (const letter of line) {
    sum += width(letter);
    if (sum > most && end > 0) break;
    end += letter.length;
  }
  return end;
}

import { make, setText } from '../dom.js';
import { heardLength } from '../reply-text.js';
import { type Clip, saveFile } from './clip.js';
import type { ClipPlayer } from './clip-player.js';
import type { TurnOutcome } from './talk-link.js';

/** What bubbles say, in the language of the page. */
export interface BubbleWords {
  say(
    key:
      | 'you'
      | 'avatar'
      | 'spoken'
      | 'interrupted'
      | 'failed'
      | 'dropped'
      | 'replay'
      | 'replayStop'
      | 'save'
      | 'saveLabel',
  ): string;
}

const PLAY = 'M8 5.2v13.6a.8.8 0 0 0 1.2.7l10.8-6.8a.8.8 0 0 0 0-1.4L9.2 4.5A.8.8 0 0 0 8 5.2z';
const STOP = 'M6.5 6.5h11v11h-11z';

/** What one side said, as it comes, with its sound to hear again. Text is never read as markup. */
export class VoiceBubble {
  readonly element: HTMLElement;
  readonly role: 'user' | 'assistant';
  readonly #words: BubbleWords;
  readonly #player: ClipPlayer;
  readonly #who = make('span', 'unseen');
  readonly #said = make('span', 'bubble-said');
  readonly #coming = make('span', 'bubble-coming');
  readonly #note = make('p', 'bubble-note');
  readonly #tools = make('div', 'bubble-tools');
  readonly #replay = make('button', 'replay');
  readonly #replayIcon = icon(PLAY);
  /** For who hears the page. */
  readonly #replayAbout = make('span', 'unseen');
  readonly #replayTime = make('span', 'replay-time');
  readonly #save = make('button', 'save');
  #text = '';
  #heard = 0;
  #outcome: TurnOutcome | undefined;
  #clip: Clip | undefined;

  constructor(words: BubbleWords, player: ClipPlayer, role: 'user' | 'assistant', text = '') {
    this.#words = words;
    this.#player = player;
    this.role = role;
    this.#replay.type = 'button';
    this.#save.type = 'button';
    this.#replay.append(this.#replayIcon, this.#replayAbout, this.#replayTime);
    this.#tools.append(this.#replay, this.#save);
    this.#replay.addEventListener('click', () => this.#toggle());
    this.#save.addEventListener('click', () => {
      if (this.#clip !== undefined) saveFile(this.#clip.file, `${role}.wav`);
    });
    const line = make('p', 'bubble-text', this.#who, this.#said, this.#coming);
    this.element = make('div', 'bubble', line, this.#note, this.#tools);
    this.element.dataset['role'] = role;
    this.#text = text;
    if (role === 'user') this.#heard = text.length;
    this.retell();
  }

  get hasEnded(): boolean {
    return this.#outcome !== undefined;
  }

  get text(): string {
    return this.#text;
  }

  add(text: string): void {
    this.#text += text;
    this.retell();
  }

  /** All of its words. */
  whole(text: string): void {
    if (this.role === 'user' && text === '') return;
    this.#text = text;
    this.#heard = this.role === 'user' ? text.length : Math.min(this.#heard, text.length);
    this.retell();
  }

  /** So much was heard; never less than before. */
  heard(text: string): void {
    this.#heard = Math.max(this.#heard, heardLength(this.#text, text));
    this.retell();
  }

  end(outcome: TurnOutcome): void {
    this.#outcome = outcome;
    if (outcome === 'completed') this.#heard = this.#text.length;
    this.element.dataset['ended'] = outcome;
    this.retell();
  }

  get clip(): Clip | undefined {
    return this.#clip;
  }

  /** undefined: it is not kept any more. */
  set clip(clip: Clip | undefined) {
    this.#clip = clip;
    this.retell();
  }

  /** In the language of the page, and as the player stands. */
  retell(): void {
    const words = this.#words;
    const clip = this.#clip;
    const outcome = this.#outcome;
    const isUnwritten = this.#text === '' && (clip !== undefined || this.role === 'user');
    const said = isUnwritten ? words.say('spoken') : this.#text;
    setText(this.#who, `${words.say(this.role === 'user' ? 'you' : 'avatar')}: `);
    setText(this.#said, this.#text === '' ? said : said.slice(0, this.#heard));
    setText(this.#coming, this.#text === '' ? '' : said.slice(this.#heard));
    this.element.dataset['empty'] = String(said === '' && outcome === undefined);
    this.#note.hidden = outcome === undefined || outcome === 'completed';
    if (outcome !== undefined && outcome !== 'completed') setText(this.#note, words.say(outcome));
    this.#tools.hidden = clip === undefined;
    if (clip === undefined) return;
    const isPlaying = this.#player.playing === clip;
    setText(this.#replayTime, timeText(clip.durationMs));
    setText(this.#replayAbout, `${words.say(isPlaying ? 'replayStop' : 'replay')}: `);
    this.#replayIcon.firstElementChild?.setAttribute('d', isPlaying ? STOP : PLAY);
    this.#replay.dataset['playing'] = String(isPlaying);
    setText(this.#save, words.say('save'));
    this.#save.setAttribute('aria-label', words.say('saveLabel'));
  }

  #toggle(): void {
    const clip = this.#clip;
    if (clip === undefined) return;
    if (this.#player.playing === clip) this.#player.stop();
    else void this.#player.play(clip);
  }
}

function timeText(ms: number): string {
  const s = Math.max(1, Math.round(ms / 1000));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
}

function icon(d: string): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', d);
  svg.append(path);
  return svg;
}

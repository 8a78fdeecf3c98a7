import { byId, setText } from './dom.js';
import type { TalkPhase } from './talk-request.js';
import type { TextKey } from './texts.js';
import type { Words } from './words.js';

const PHASES: Readonly<Record<TalkPhase, TextKey>> = {
  idle: 'talkIdle',
  listening: 'talkListening',
  thinking: 'talkThinking',
  speaking: 'talkSpeaking',
};
/** For faces of the user's own. */
const UNKNOWN = '✨';

/** How the avatar feels and what it does, in a picture and a word. */
export class TalkFace {
  readonly #words: Words;
  readonly #emoji = byId('talk-face');
  readonly #state = byId('talk-state');
  #phase: TalkPhase = 'idle';
  #ending: ReturnType<typeof setTimeout> | undefined;

  constructor(words: Words) {
    this.#words = words;
    words.events.on('changed', () => this.#show());
    this.reset();
  }

  set phase(phase: TalkPhase) {
    this.#phase = phase;
    this.#show();
  }

  /** The face now; it ends by itself, whether anybody tells or not. */
  show(told: { readonly face: string; readonly emoji?: string; readonly lastsMs: number }): void {
    clearTimeout(this.#ending);
    const isRest = told.face === 'neutral';
    this.#emoji.dataset['face'] = told.face;
    // At rest the avatar's own picture stands there.
    setText(this.#emoji, isRest ? '' : (told.emoji ?? UNKNOWN));
    this.#emoji.title = isRest ? '' : told.face;
    if (!isRest && told.lastsMs > 0) this.#ending = setTimeout(() => this.#rest(), told.lastsMs);
  }

  reset(): void {
    this.#phase = 'idle';
    this.#rest();
    this.#show();
  }

  #rest(): void {
    this.show({ face: 'neutral', lastsMs: 0 });
  }

  #show(): void {
    this.#state.dataset['phase'] = this.#phase;
    setText(this.#state, this.#words.say(PHASES[this.#phase]));
  }
}

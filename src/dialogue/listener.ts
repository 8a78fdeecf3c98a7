import type { Utterance } from '../hearing/index.js';
import { BridgeError, type Clock, errorText, once, RequestError } from '../runtime/index.js';
import type { Recognizer } from '../speech/index.js';
import type { Ear } from './ports.js';
import { Recognition } from './recognition.js';
import type { ConversationSettings } from './settings.js';

/** An utterance and what is known of its words. */
export interface Heard {
  readonly utterance: Utterance;
  /** Replies that were prepared for it and thrown away. */
  guesses: number;
  /** What was said over a turn: whether it is known what it was. */
  verdict: 'unknown' | 'harmless' | 'interrupted';
  /** Said while the avatar sounded and interruption is off. */
  isIgnored: boolean;
  /** BCP 47: of the recognizer, where it found out, else of the settings. */
  language: string | undefined;
}

/** Who is told; all in the order in which it was said. */
export interface ListenerOwner {
  began(heard: Heard): void;
  lasted(heard: Heard): void;
  paused(heard: Heard): void;
  wentOn(heard: Heard): void;
  ended(heard: Heard): void;
  /** Words so far. `isPause`: in a pause, and they hold unless the voice goes on. */
  words(heard: Heard, text: string, isPause: boolean): void;
  /** The last word about an utterance: one of these three, in the order of the utterances. */
  said(heard: Heard, text: string, goesOn: boolean): void;
  dropped(heard: Heard): void;
  failed(heard: Heard, error: BridgeError): void;
}

export interface ListenerOptions {
  readonly clock: Clock;
  readonly ear: Ear;
  readonly recognizer: Recognizer;
  readonly settings: ConversationSettings;
  readonly owner: ListenerOwner;
}

interface Work extends Heard {
  state: 'voicing' | 'pausing' | 'ended';
  how: 'pause' | 'key' | 'cut';
  recognition: Recognition | undefined;
  /** Which sound the recognition knows: end of its last voice; undefined: it streams. */
  knowsUntilMs: number | undefined;
  tries: number;
}

/** Utterances that have ended and whose words are awaited: more are given up, the oldest first. */
const MAX_ENDING = 8;

/**
 * The ear's utterances to words.
 *
 * A streaming recognizer hears with the ear. Another one is given what was said so far at every likely end, a bounded number of times,
 * and what the voice then outdates is thrown away; when the end stands, the words are there or on their way. A recognizer that fails is
 * asked once more with the whole sound.
 */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #leaving: (() => void)[];
  #current: Work | undefined;
  readonly #ending: Work[] = [];
  #isDraining = false;
  #isClosed = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
    const { events } = options.ear;
    this.#leaving = [
      events.on('began', (utterance) => this.#began(utterance)),
      events.on('lasted', (utterance) => this.#on(utterance, (work) => options.owner.lasted(work))),
      events.on('paused', (utterance) => this.#on(utterance, (work) => this.#paused(work))),
      events.on('wentOn', (utterance) => this.#on(utterance, (work) => this.#wentOn(work))),
      events.on('ended', (utterance, how) => this.#on(utterance, (work) => this.#ended(work, how))),
      events.on('dropped', (utterance) => this.#on(utterance, (work) => this.#dropped(work))),
    ];
  }

  /** Whether somebody speaks, or words are awaited. */
  get isBusy(): boolean {
    return this.#current !== undefined || this.#ending.length > 0;
  }

  /** What is being said is forgotten, and no word of it comes any more. */
  forget(): void {
    this.#current?.recognition?.cancel();
    this.#current = undefined;
    for (const work of this.#ending.splice(0)) work.recognition?.cancel();
  }

  close(): void {
    this.#isClosed = true;
    for (const leave of this.#leaving.splice(0)) leave();
    this.forget();
  }

  #began(utterance: Utterance): void {
    // An ear that lost an utterance: the new one counts.
    this.#current?.recognition?.cancel();
    const work: Work = {
      utterance,
      guesses: 0,
      verdict: 'unknown',
      isIgnored: false,
      language: this.#options.settings.language || undefined,
      state: 'voicing',
      how: 'pause',
      recognition: undefined,
      knowsUntilMs: undefined,
      tries: 0,
    };
    this.#current = work;
    this.#options.owner.began(work);
    if (this.#options.recognizer.isStreaming) this.#recognize(work, utterance.stream());
  }

  #paused(work: Work): void {
    work.state = 'pausing';
    this.#options.owner.paused(work);
    if (this.#current !== work) return;
    const { recognizer, settings } = this.#options;
    if (recognizer.isStreaming) {
      const text = work.recognition?.text ?? '';
      if (text !== '') this.#options.owner.words(work, text, true);
    } else if (work.tries < settings.speculation.maxTries) this.#recognizeSoFar(work);
  }

  #wentOn(work: Work): void {
    work.state = 'voicing';
    if (!this.#options.recognizer.isStreaming) {
      work.recognition?.cancel();
      work.recognition = undefined;
    }
    this.#options.owner.wentOn(work);
  }

  #ended(work: Work, how: Work['how']): void {
    work.state = 'ended';
    work.how = how;
    this.#current = undefined;
    this.#ending.push(work);
    if (!this.#options.recognizer.isStreaming && !this.#knowsAll(work)) {
      work.recognition?.cancel();
      this.#recognizeSoFar(work);
    }
    work.recognition?.expectEnd();
    this.#options.owner.ended(work);
    if (this.#ending.length > MAX_ENDING) this.#ending[0]?.recognition?.cancel();
    if (!this.#isDraining) void this.#drain();
  }

  #dropped(work: Work): void {
    this.#current = undefined;
    work.recognition?.cancel();
    this.#options.owner.dropped(work);
  }

  /** Words in the order of the utterances, however long each takes. */
  async #drain(): Promise<void> {
    this.#isDraining = true;
    try {
      for (let work = this.#ending[0]; work !== undefined; work = this.#ending[0]) await this.#tell(work);
    } finally {
      this.#isDraining = false;
    }
  }

  async #tell(work: Work): Promise<void> {
    const words = await this.#words(work);
    // Forgotten in the meantime.
    if (this.#ending[0] !== work || this.#isClosed) return;
    this.#ending.shift();
    work.language = work.recognition?.language ?? work.language;
    const { owner } = this.#options;
    if (words instanceof BridgeError) owner.failed(work, words);
    else owner.said(work, words, work.how === 'cut');
  }

  async #words(work: Work): Promise<string | BridgeError> {
    for (let last = false; ; last = true) {
      try {
        return (await work.recognition?.done) ?? '';
      } catch (error) {
        const failure =
          error instanceof BridgeError
            ? error
            : new RequestError('BRIDGE_ERR_SPEECH_FAILED', `No words: ${errorText(error)}`, { cause: error });
        const isStale = this.#ending[0] !== work || this.#isClosed;
        if (last || isStale || failure.code === 'BRIDGE_ERR_SPEECH_STALLED') return failure;
        this.#recognizeSoFar(work);
        work.recognition?.expectEnd();
      }
    }
  }

  #recognizeSoFar(work: Work): void {
    work.tries++;
    work.knowsUntilMs = work.utterance.lastVoiceAtMs;
    const pcm = work.utterance.pcm();
    this.#recognize(work, once(pcm));
    // All of the sound is there.
    work.recognition?.expectEnd();
  }

  #recognize(work: Work, sound: AsyncIterable<Uint8Array>): void {
    const { clock, recognizer, settings } = this.#options;
    const recognition = new Recognition({
      clock,
      recognizer,
      sound,
      language: settings.language,
      hints: settings.hints,
      limitMs: settings.limits.recognitionMs,
      onPartial: (text) => this.#partial(work, recognition, text),
    });
    work.recognition = recognition;
    if (recognizer.isStreaming) return;
    recognition.done.then(
      (text) => {
        if (work.state === 'pausing' && this.#isNow(work, recognition))
          this.#options.owner.words(work, text, true);
      },
      () => {},
    );
  }

  #partial(work: Work, recognition: Recognition, text: string): void {
    if (!this.#options.recognizer.isStreaming || !this.#isNow(work, recognition)) return;
    work.language = recognition.language ?? work.language;
    this.#options.owner.words(work, text, work.state === 'pausing');
  }

  /** Late results of an attempt, or an utterance, that is not the one any more are nothing. */
  #isNow(work: Work, recognition: Recognition): boolean {
    return this.#current === work && work.recognition === recognition && !this.#isClosed;
  }

  #knowsAll(work: Work): boolean {
    const { recognition, knowsUntilMs, utterance } = work;
    if (recognition === undefined) return false;
    return knowsUntilMs === utterance.lastVoiceAtMs;
  }

  #on(utterance: Utterance, run: (work: Work) => void): void {
    const work = this.#current;
    if (work?.utterance.id === utterance.id) run(work);
  }
}

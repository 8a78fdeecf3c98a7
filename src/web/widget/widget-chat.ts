import type { PopupFacts } from '../../popup/frames.js';
import type { Clock } from '../../runtime/clock.js';
import { putRecording } from './audio-bubble.js';
import type { Bubble } from './bubble.js';
import { ChatOpening } from './chat-opening.js';
import { ChatTurn } from './chat-turn.js';
import type { KeptChat } from './kept-chat.js';
import { SpeakControl } from './speak-control.js';
import { SpokenAnswers } from './spoken-answers.js';
import { Subscribers } from './subscribers.js';
import type { Transport, TransportState, WidgetMessage } from './transport.js';
import type { VoiceOut } from './voice-out.js';
import type { WidgetOptions } from './widget-options.js';
import type { SayWidget } from './widget-texts.js';
import type { WidgetView } from './widget-view.js';

export interface WidgetChatParts {
  readonly options: WidgetOptions;
  readonly say: SayWidget;
  readonly view: WidgetView;
  readonly transport: Transport;
  readonly kept: KeptChat;
  readonly voice: VoiceOut;
  readonly clock: Clock;
  /** The wish of the user's system: nothing is written letter by letter. */
  readonly isMotionReduced: boolean;
}

type ChatState = 'idle' | 'asking' | 'recording' | 'pending';

const DEFAULT_SECONDS = 60;

/**
 * The conversation: what the user says to the transport, and what comes back to the view.
 *
 * | state     | send, speak       | microphone allowed | stop or end of recording | all of the answer shown | lost, stopped |
 * |-----------|-------------------|--------------------|--------------------------|-------------------------|---------------|
 * | idle      | pending, asking   | -                  | -                        | -                       | -             |
 * | asking    | -                 | recording          | idle (refused)           | -                       | -             |
 * | recording | -                 | -                  | pending                  | -                       | -             |
 * | pending   | -                 | -                  | -                        | idle                    | idle          |
 */
export class WidgetChat {
  readonly subscribers = new Subscribers();
  readonly spoken: SpokenAnswers;
  readonly #parts: WidgetChatParts;
  readonly #speak: SpeakControl;
  readonly #opening: ChatOpening;
  #state: ChatState = 'idle';
  #turn: ChatTurn | undefined;
  #facts: PopupFacts | undefined;
  #isBegun = false;

  constructor(parts: WidgetChatParts) {
    this.#parts = parts;
    const { transport, view } = parts;
    this.spoken = new SpokenAnswers(parts);
    this.#opening = new ChatOpening({ ...parts, ...this.#typing });
    this.#speak = new SpeakControl({
      ...parts,
      onPiece: (bytes) => transport.pushRecording(bytes),
      onDone: (recording) => this.#spoke(recording),
      onNothing: (why) => {
        view.status = why;
        this.#rest();
      },
    });
    transport.events.on('facts', (facts) => this.#learn(facts));
    transport.events.on('state', (state) => this.#showState(state));
    transport.events.on('message', (message) =>
      this.subscribers.offer(message, (isConsumed) => this.#take(message, isConsumed)),
    );
    transport.events.on('sent', () => {
      if (this.#turn !== undefined) this.#turn.queued = false;
    });
    transport.events.on('lost', () => this.#lost());
  }

  get isIdle(): boolean {
    return this.#state === 'idle';
  }

  /** Somebody looks: what was said before is shown, and the server is asked for. Idempotent. */
  begin(): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    this.#opening.restore();
    this.spoken.tell();
    this.#parts.transport.start();
    if (this.#parts.options.welcome !== undefined) this.#opening.welcome(this.#parts.options.welcome);
  }

  /** @returns whether it was taken: not while something is waited for, and nothing blank. */
  send(text: string): boolean {
    if (this.#state !== 'idle' || text.trim() === '') return false;
    this.begin();
    const { view, kept, clock, transport } = this.#parts;
    const question = view.addBubble('user');
    question.write(text);
    kept.add({ role: 'user', content: text, atMs: clock.wallMs() });
    this.#wait(question, false);
    this.#queued(!transport.sendText(text));
    return true;
  }

  async speak(): Promise<void> {
    if (this.#state !== 'idle') return;
    this.begin();
    this.#set('asking');
    if (await this.#speak.start(this.#facts?.maxAudioSeconds ?? DEFAULT_SECONDS)) this.#set('recording');
  }

  async endRecording(): Promise<void> {
    await this.#speak.stop();
  }

  /** What is recorded is thrown away. */
  cancelRecording(): void {
    if (this.#state !== 'asking' && this.#state !== 'recording') return;
    this.#speak.cancel();
    this.#parts.transport.dropRecording();
    this.#rest();
  }

  /** The answer under way is silent at once, and nothing more of it comes. */
  stop(): void {
    const turn = this.#turn;
    if (turn === undefined) return;
    turn.stop();
    if (turn.isComplete) return;
    this.#parts.transport.stop();
    if (turn.isQueued) {
      turn.queued = false;
      void this.#end(turn);
    }
  }

  close(): void {
    this.#speak.cancel();
    this.#turn?.stop();
    this.#parts.transport.close();
    this.#parts.voice.close();
  }

  #take(message: WidgetMessage, isConsumed: boolean): void {
    const turn = this.#turn;
    switch (message.type) {
      case 'textChunk':
        if (!isConsumed) turn?.push(message.text);
        return;
      case 'audioChunk':
        if (!isConsumed && this.spoken.isOn) turn?.hold(message.bytes);
        return;
      case 'userText':
        if (turn !== undefined) this.#recognised(turn, message.text);
        return;
      case 'emotion':
        if (!isConsumed) turn?.look(message.text);
        return;
      case 'error':
        if (!isConsumed) this.#fault(message.text);
        return;
      case 'textEnd':
        if (turn !== undefined) void this.#end(turn);
        return;
      case 'unknown':
        if (!isConsumed) console.warn(`A message of the unknown type ${message.code} came.`);
        return;
      default:
        return;
    }
  }

  #fault(text: string): void {
    console.warn(`The server tells an error: ${text}`);
    const why = this.#parts.say('failed', { why: text });
    if (this.#turn === undefined) this.#parts.view.status = why;
    else this.#turn.fail(why);
  }

  #recognised(turn: ChatTurn, text: string): void {
    turn.hear(text);
    const { kept, clock } = this.#parts;
    kept.add({ role: 'user', content: text, isAudio: true, atMs: clock.wallMs() });
  }

  #lost(): void {
    if (this.#turn === undefined) return;
    this.#turn.fail(this.#parts.say('lost'));
    void this.#end(this.#turn);
  }

  /** Nothing more comes; what came is still written and heard. */
  async #end(turn: ChatTurn): Promise<void> {
    if (turn.isComplete) return;
    turn.isComplete = true;
    const { kept, clock } = this.#parts;
    if (turn.isSpoken && turn.recognised === undefined)
      kept.add({ role: 'user', content: '', isAudio: true, atMs: clock.wallMs() });
    if (turn.text.trim() !== '')
      kept.add({ role: 'assistant', content: turn.text.trim(), atMs: clock.wallMs() });
    await turn.whenShown();
    if (this.#turn !== turn) return;
    this.#turn = undefined;
    this.#rest();
  }

  #spoke(recording: Blob): void {
    const { view, voice, say, transport } = this.#parts;
    const question = view.addBubble('user');
    putRecording(question, recording, { voice, say });
    this.#wait(question, true);
    this.#queued(!transport.endRecording());
  }

  #wait(question: Bubble, isSpoken: boolean): void {
    this.#parts.voice.unlock();
    this.#parts.view.status = '';
    this.#showState(this.#parts.transport.state);
    this.#turn = new ChatTurn({ ...this.#parts, ...this.#typing, question, isSpoken });
    this.#set('pending');
  }

  #queued(isQueued: boolean): void {
    if (isQueued && this.#turn !== undefined) this.#turn.queued = true;
  }

  get #typing(): { typingMs: number; isTypingInStep: boolean } {
    const { options, isMotionReduced } = this.#parts;
    return { typingMs: isMotionReduced ? 0 : options.typingMs, isTypingInStep: options.isTypingInStep };
  }

  #learn(facts: PopupFacts): void {
    this.#facts = facts;
    this.spoken.learn(facts);
    if (this.#parts.options.welcome === undefined) this.#opening.welcome(facts.welcome);
  }

  #showState(state: TransportState): void {
    this.#parts.view.status = state === 'away' ? this.#parts.say('away') : '';
  }

  #rest(): void {
    this.#set('idle');
  }

  /** The keyboard stays in the panel, at what can be pressed now. */
  #set(state: ChatState): void {
    const { view } = this.#parts;
    const hadFocus = view.hasFocus;
    this.#state = state;
    view.setBusy(state !== 'idle', state === 'pending');
    if (!hadFocus || !view.isOpen) return;
    if (state === 'idle') view.field.focus();
    if (state === 'pending') view.stopButton.focus();
  }
}

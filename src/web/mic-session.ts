import { OUTPUT_BYTES_PER_MS } from '../audio/pcm.js';
import { VoiceFeed, type VoiceMeter } from '../audio/voice-feed.js';
import type { SpeechEnd, SpeechHandle } from '../client/speech-handle.js';
import type { Clock, Timer } from '../runtime/clock.js';
import { Emitter } from '../runtime/emitter.js';
import type { BridgeView } from './bridge-view.js';
import type { MicChoice, Microphone, MicState } from './microphone.js';
import { type PlayError, playErrorOf } from './play-error.js';

/** How the microphone's sound reaches the avatar. */
export type CarryState =
  | { readonly status: 'none' }
  /** The avatar is asked to listen. */
  | { readonly status: 'opening' }
  | { readonly status: 'speaking'; readonly lane: string }
  /** It does not take sound now; it is asked again. */
  | { readonly status: 'waiting'; readonly error: PlayError };

export interface MicSessionParts {
  readonly bridge: Pick<BridgeView, 'events' | 'link' | 'open'>;
  readonly clock: Clock;
  readonly mic: Pick<Microphone, 'events' | 'state' | 'start' | 'stop'>;
}

const RETRY_MS = 1000;
/** Without a bridge a microphone is not left open for ever. */
const GIVE_UP_MS = 60_000;

/** The live microphone: Microphone → VoiceFeed → a live stream of the bridge, for as long as the user wants. */
export class MicSession {
  readonly events = new Emitter<{ changed: []; stopped: [reason: 'interrupted' | 'bridgeLost'] }>();
  readonly feed = new VoiceFeed();
  readonly #mic: MicSessionParts['mic'];
  readonly #bridge: MicSessionParts['bridge'];
  readonly #clock: Clock;
  #lane: string | undefined;
  #carry: CarryState = { status: 'none' };
  #handle: SpeechHandle | undefined;
  /** Answers to an earlier `open` count for nothing. */
  #turn = 0;
  #retry: Timer | undefined;
  #giveUp: Timer | undefined;
  #heardMs = 0;
  /** Sound given to the bridge when `#heardMs` was heard, milliseconds. */
  #sentAtHeardMs = 0;

  constructor({ bridge, clock, mic }: MicSessionParts) {
    this.#bridge = bridge;
    this.#clock = clock;
    this.#mic = mic;
    this.#mic.events.on('stateChange', (state) => this.#micChanged(state));
    this.#mic.events.on('frame', (samples) => this.#pass(samples));
    bridge.events.on('link', (link) => this.#linkChanged(link === 'online'));
  }

  get mic(): MicState {
    return this.#mic.state;
  }

  get carry(): CarryState {
    return this.#carry;
  }

  get isOn(): boolean {
    const { status } = this.#mic.state;
    return status === 'asking' || status === 'on' || status === 'lost';
  }

  get meter(): VoiceMeter {
    return this.feed.meter();
  }

  /** From the microphone to the avatar's voice, milliseconds; undefined until the avatar has been heard. */
  get lagMs(): number | undefined {
    const { state } = this.#mic;
    const handle = this.#handle;
    if (state.status !== 'on' || handle === undefined || this.#heardMs === 0) return undefined;
    const waitingMs = this.#sentAtHeardMs - this.#heardMs;
    return waitingMs < 0 ? undefined : state.captureMs + waitingMs;
  }

  start(choice: MicChoice, lane: string | undefined): void {
    this.#lane = lane;
    void this.#mic.start(choice);
  }

  /** Another microphone or other settings of it, while it is on. */
  change(choice: MicChoice): void {
    if (this.isOn) void this.#mic.start(choice);
  }

  /** Stops the microphone at once; the avatar speaks what it has to the end. */
  stop(): void {
    this.#mic.stop();
  }

  /** Whom the sound goes to; a change is followed while speaking. */
  set lane(lane: string | undefined) {
    if (lane === this.#lane) return;
    this.#lane = lane;
    if (this.#handle?.lane === lane || lane === undefined) return;
    this.#endStream();
    this.#ask();
  }

  #pass(samples: Int16Array<ArrayBuffer>): void {
    const frame = this.feed.pass(new Uint8Array(samples.buffer));
    // Live sound waits for nothing; what the daemon cannot take any more it tells by the end of the stream.
    if (this.#bridge.link === 'online') this.#handle?.write(frame).catch(() => {});
  }

  #micChanged(state: MicState): void {
    if (this.isOn) this.#limit();
    if (state.status === 'on') {
      this.feed.relearn();
      this.#ask();
    } else if (state.status === 'off' || state.status === 'failed') {
      this.#endLimit();
      this.#endStream();
    }
    this.events.emit('changed');
  }

  #linkChanged(isOnline: boolean): void {
    if (isOnline) this.#endLimit();
    if (!this.isOn) return;
    if (isOnline) this.#ask();
    else this.#limit();
    this.events.emit('changed');
  }

  /** Begins to wait for a bridge that is away, unless it does: also for one that was never there. */
  #limit(): void {
    if (this.#bridge.link === 'online' || this.#giveUp !== undefined) return;
    this.#giveUp = this.#clock.after(GIVE_UP_MS, () => {
      this.stop();
      this.events.emit('stopped', 'bridgeLost');
    });
  }

  #endLimit(): void {
    this.#giveUp?.cancel();
    this.#giveUp = undefined;
  }

  /** Has the avatar listen, unless it does. */
  #ask(): void {
    this.#retry?.cancel();
    const canAsk = this.#mic.state.status === 'on' && this.#bridge.link === 'online';
    if (!canAsk || this.#handle !== undefined || this.#carry.status === 'opening') return;
    void this.#openStream(++this.#turn);
  }

  async #openStream(turn: number): Promise<void> {
    this.#set({ status: 'opening' });
    try {
      const lane = this.#lane === undefined ? {} : { lane: this.#lane };
      const handle = await this.#bridge.open({ kind: 'live', ifBusy: 'interrupt', ...lane });
      if (turn !== this.#turn) return void handle.end().catch(() => {});
      this.#follow(handle);
    } catch (error) {
      if (turn === this.#turn) this.#failed(error);
    }
  }

  #follow(handle: SpeechHandle): void {
    this.#handle = handle;
    this.#heardMs = 0;
    handle.events.on('position', (heardMs) => {
      this.#heardMs = heardMs;
      this.#sentAtHeardMs = handle.sentBytes / OUTPUT_BYTES_PER_MS;
    });
    handle.events.on('ended', (end) => this.#ended(handle, end));
    this.#set({ status: 'speaking', lane: handle.lane });
  }

  #ended(handle: SpeechHandle, end: SpeechEnd): void {
    if (handle !== this.#handle) return;
    this.#handle = undefined;
    if (end.reason === 'failed') this.#failed(end.error);
    else {
      // Somebody pressed stop, or spoke instead.
      this.stop();
      this.events.emit('stopped', 'interrupted');
    }
  }

  #failed(error: unknown): void {
    this.#set({ status: 'waiting', error: playErrorOf(error, 'BRIDGE_ERR_DAEMON_UNREACHABLE') });
    this.#retry = this.#clock.after(RETRY_MS, () => this.#ask());
  }

  #endStream(): void {
    this.#turn++;
    this.#retry?.cancel();
    const handle = this.#handle;
    this.#handle = undefined;
    this.#heardMs = 0;
    // When the bridge is away the stream ends with it.
    handle?.end().catch(() => {});
    this.#set({ status: 'none' });
  }

  #set(carry: CarryState): void {
    this.#carry = carry;
    this.events.emit('changed');
  }
}

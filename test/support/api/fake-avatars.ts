import type { AvatarPort, AvatarSound, AvatarSpeechEnd } from '../../../src/api/avatar-port.js';
import type { Lane } from '../../../src/api/parts.js';
import { Emitter, RequestError } from '../../../src/runtime/index.js';

/** Something spoken, driven by the test. */
export class FakeSpeech implements AvatarSound {
  readonly lane: string;
  readonly events = new Emitter<{ started: []; heard: [heardMs: number] }>();
  readonly ended: Promise<AvatarSpeechEnd>;
  readonly written: Uint8Array[] = [];
  isStopped = false;
  isComplete = false;
  /** Writes wait for it. */
  gate: Promise<void> = Promise.resolve();
  #resolve: (end: AvatarSpeechEnd) => void = () => {};

  constructor(lane: string) {
    this.lane = lane;
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  async write(pcm: Uint8Array): Promise<void> {
    await this.gate;
    this.written.push(pcm.slice());
  }

  end(): void {
    this.isComplete = true;
  }

  stop(): void {
    this.isStopped = true;
    this.finish({ reason: 'interrupted', heardMs: 0 });
  }

  finish(end: AvatarSpeechEnd): void {
    this.#resolve(end);
  }
}

/** Avatars that note what they are asked. */
export class FakeAvatars implements AvatarPort {
  readonly done: (readonly [name: string, ...args: unknown[]])[] = [];
  readonly speeches: FakeSpeech[] = [];
  readonly known: Lane[] = [laneOf('main'), laneOf('second')];
  listener: Parameters<AvatarPort['watch']>[0] | undefined;

  async lanes(): Promise<readonly Lane[]> {
    return this.known;
  }

  async say(wish: Parameters<AvatarPort['say']>[0]): Promise<FakeSpeech> {
    this.done.push(['say', wish]);
    return this.#speech(wish.lane);
  }

  async play(wish: Parameters<AvatarPort['play']>[0]): Promise<FakeSpeech> {
    this.done.push(['play', wish]);
    return this.#speech(wish.lane);
  }

  async interrupt(lane: string | undefined): Promise<void> {
    this.done.push(['interrupt', lane]);
  }

  async send(message: string, lane = 'main'): Promise<string> {
    this.done.push(['send', message, lane]);
    return lane;
  }

  async lips(wish: Parameters<AvatarPort['lips']>[0]): Promise<string> {
    this.done.push(['lips', wish]);
    return wish.lane ?? 'main';
  }

  watch(listener: Parameters<AvatarPort['watch']>[0]): () => void {
    this.listener = listener;
    return () => {
      this.listener = undefined;
    };
  }

  get last(): FakeSpeech {
    const last = this.speeches.at(-1);
    if (last === undefined) throw new Error('Nothing was spoken');
    return last;
  }

  #speech(lane = 'main'): FakeSpeech {
    if (!this.known.some((one) => one.lane === lane))
      throw new RequestError('BRIDGE_ERR_LANE_UNKNOWN', 'No avatar has this name');
    const speech = new FakeSpeech(lane);
    this.speeches.push(speech);
    return speech;
  }
}

function laneOf(lane: string): Lane {
  return { lane, model: '0', state: 'ready', isSimulator: true, isSpeaking: false };
}

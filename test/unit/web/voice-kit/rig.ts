import { Emitter, FakeClock } from '../../../../src/runtime/index.js';
import type { MicChoice, MicEvents, MicState } from '../../../../src/web/microphone.js';
import type { VoiceLoopOptions } from '../../../../src/web/voice-kit/loop-parts.js';
import type { Loudspeaker } from '../../../../src/web/voice-kit/loudspeaker.js';
import { ReplyPlayer } from '../../../../src/web/voice-kit/reply-player.js';
import type { LinkState, TalkLink, TalkLinkEvents } from '../../../../src/web/voice-kit/talk-link.js';
import { VoiceLoop } from '../../../../src/web/voice-kit/voice-loop.js';

export const RATE_HZ = 24_000;
export const pcmOf = (ms: number, rateHz = RATE_HZ): Uint8Array =>
  new Uint8Array((2 * rateHz * ms) / 1000).fill(1);

/** A loudspeaker whose clock is the test's, with a device that is heard 50 ms later. */
export class FakeSpeaker implements Loudspeaker {
  readonly rateHz = RATE_HZ;
  isRunning = true;
  readonly played: { readonly group: number; readonly atS: number; readonly samples: number }[] = [];
  readonly silenced: number[] = [];
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }
  nowS(): number {
    return this.#clock.nowMs() / 1000;
  }
  heardS(): number {
    return this.nowS() - 0.05;
  }
  play(group: number, samples: Float32Array, atS: number): void {
    this.played.push({ group, atS, samples: samples.length });
  }
  silence(group: number): void {
    this.silenced.push(group);
  }
}

export class FakeMic {
  readonly events = new Emitter<MicEvents>();
  state: MicState = { status: 'off' };
  isPaused = false;
  choice: MicChoice | undefined;
  async start(choice: MicChoice): Promise<void> {
    this.choice = choice;
    this.#set({ status: 'asking' });
  }
  allow(): void {
    this.#set({ status: 'on', label: 'Mic', deviceId: 'mic', rateHz: 16_000, captureMs: 30 });
  }
  refuse(code = 'NotAllowedError'): void {
    this.#set({ status: 'failed', error: { code, message: 'no' } });
  }
  stop(): void {
    this.#set({ status: 'off' });
  }
  #set(state: MicState): void {
    this.state = state;
    this.events.emit('stateChange', state);
  }
}

export class FakeLink implements TalkLink {
  readonly events = new Emitter<TalkLinkEvents>();
  state: LinkState = 'online';
  readonly calls: string[] = [];
  readonly heard: Uint8Array[] = [];
  readonly played_: [number, number][] = [];
  async ask(text: string): Promise<void> {
    this.calls.push(`ask ${text}`);
  }
  hear(pcm: Uint8Array): void {
    this.heard.push(pcm);
  }
  endOfSpeech(): void {
    this.calls.push('endOfSpeech');
  }
  interrupt(): void {
    this.calls.push('interrupt');
  }
  played(turn: number, heardMs: number): void {
    this.played_.push([turn, Math.round(heardMs)]);
  }
  tune(tuning: object): void {
    this.calls.push(`tune ${JSON.stringify(tuning)}`);
  }
  async forget(): Promise<void> {
    this.calls.push('forget');
  }
  close(): void {}
  to(state: LinkState): void {
    this.state = state;
    this.events.emit('link', state);
  }
}

export interface LoopRig {
  readonly clock: FakeClock;
  readonly speaker: FakeSpeaker;
  readonly player: ReplyPlayer;
  readonly mic: FakeMic;
  readonly link: FakeLink;
  readonly loop: VoiceLoop;
  /** So long the microphone gives sound. */
  speak(ms: number): void;
  reply(turn: number, ms: number, fromMs?: number): void;
}

export function loopRig(options: VoiceLoopOptions = {}): LoopRig {
  const clock = new FakeClock();
  const speaker = new FakeSpeaker(clock);
  const player = new ReplyPlayer(clock, speaker);
  const mic = new FakeMic();
  const link = new FakeLink();
  const loop = new VoiceLoop({ clock, link, mic, player }, options);
  return {
    clock,
    speaker,
    player,
    mic,
    link,
    loop,
    speak(ms) {
      for (let at = 0; at < ms; at += 20) {
        clock.advance(20);
        if (mic.state.status === 'on' && !mic.isPaused)
          mic.events.emit('frame', new Int16Array(320).fill(1000), clock.nowMs());
      }
    },
    reply(turn, ms, fromMs = 0) {
      link.events.emit('sound', { turn, fromMs, pcm: pcmOf(ms), sampleRateHz: RATE_HZ });
    },
  };
}

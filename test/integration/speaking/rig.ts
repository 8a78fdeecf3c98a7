import { BridgeClient } from '../../../src/client/index.js';
import { type Config, defaultConfig } from '../../../src/config/index.js';
import { createMemoryChannels } from '../../../src/control/index.js';
import { Daemon, SimulatorTaps } from '../../../src/daemon/index.js';
import type { LipEstimator, TimedPhoneme } from '../../../src/lipsync/index.js';
import { FakeClock, SILENT_LOGGER } from '../../../src/runtime/index.js';
import { createSimulatorEndpoint, SimulatedPeer } from '../../../src/simulator/index.js';
import { VoiceConverter } from '../../../src/speaking/voice-converter.js';
import { MemoryLink } from '../../../src/transport/index.js';

export interface MouthFrame {
  readonly atMs: number;
  readonly a: number;
  readonly i: number;
  readonly u: number;
  readonly o: number;
}

/** Client, daemon and simulated MMDAgent-EX on one clock that moves when told: everything but sockets, in no time. */
export async function speakingRig(settings: Partial<Config> = {}, fps = 60) {
  // Loaded in real time, which does not pass here.
  await VoiceConverter.warmUp();
  const clock = new FakeClock();
  const mouth: MouthFrame[] = [];
  const played: { readonly atMs: number; readonly pcm: Int16Array }[] = [];
  const sent: { readonly atMs: number; readonly text: string }[] = [];
  const peers: SimulatedPeer[] = [];
  const logger = SILENT_LOGGER;
  const config = { ...defaultConfig(), ...settings, links: ['simulator:'] };
  const daemon = new Daemon({
    version: 'test',
    settings: config,
    clock,
    logger,
    taps: new SimulatorTaps(clock),
    links: {
      create: () =>
        new MemoryLink({
          clock,
          random: () => 0.5,
          url: 'simulator:',
          open: () => {
            const peer = new SimulatedPeer({ clock, fps, models: [{ alias: '0', loadMs: 0 }] });
            peers.push(peer);
            peer.events.on('mouth', (weights, atMs) => mouth.push({ atMs, ...weights }));
            peer.events.on('played', (pcm, atMs) => played.push({ atMs, pcm: pcm.slice() }));
            return createSimulatorEndpoint(peer);
          },
        }),
    },
    onStop: () => {},
  });
  await daemon.start();
  const [left, right] = createMemoryChannels();
  daemon.serve(right, true);
  const client = await BridgeClient.connect({
    open: async () => left,
    client: 'test',
    clock,
    reconnectMs: 0,
  });
  client.events.on('sent', ({ text }) => sent.push({ atMs: clock.nowMs(), text }));
  await client.request('subscribe', { topics: ['messages', 'lanes'] });
  await clock.advanceAsync(4000);
  return {
    clock,
    client,
    daemon,
    mouth,
    /** What MMDAgent-EX played, silence between left out. */
    played,
    sent,
    /** Runs the clock until `pending` settles. */
    until: async <T>(pending: Promise<T>, stepMs = 20): Promise<T> => {
      let isOver = false;
      pending.then(
        () => {
          isOver = true;
        },
        () => {
          isOver = true;
        },
      );
      for (let steps = 0; !isOver && steps < 10_000; steps++) await clock.advanceAsync(stepMs);
      return pending;
    },
    /** Lists of the LIPSYNC_START messages that were sent. */
    lists: () =>
      sent.filter(({ text }) => text.startsWith('LIPSYNC_START|0|')).map(({ text }) => text.slice(16)),
    /** When the first sample that is not silence was played. */
    soundFromMs: (): number => {
      for (const { atMs, pcm } of played) {
        const first = pcm.findIndex((sample) => Math.abs(sample) > 100);
        if (first >= 0) return atMs + first / 16;
      }
      throw new Error('Nothing was played');
    },
    /** When the last sample that is not silence was played. */
    soundUntilMs: (): number => {
      for (const { atMs, pcm } of [...played].reverse()) {
        const last = pcm.findLastIndex((sample) => Math.abs(sample) > 100);
        if (last >= 0) return atMs + last / 16;
      }
      throw new Error('Nothing was played');
    },
    /** MMDAgent-EX is gone; another is there a second later. */
    loseLink: (): void => peers.at(-1)?.inject({ killSignal: 9 }),
    /** How far the mouth is open now. */
    openingNow: (): number => {
      const { a, i, u, o } = mouth.at(-1) ?? { a: 0, i: 0, u: 0, o: 0 };
      return a + i + u + o;
    },
    close: async () => {
      client.close();
      const stopped = daemon.stop();
      await clock.advanceAsync(5000);
      await stopped;
    },
  };
}

export type SpeakingRig = Awaited<ReturnType<typeof speakingRig>>;

/** A sound of this length that is never silent. */
export function tone(ms: number, sampleRateHz = 16_000): Uint8Array {
  const samples = Int16Array.from({ length: Math.round((ms * sampleRateHz) / 1000) }, (_, n) =>
    Math.round(8000 * Math.sin((2 * Math.PI * 440 * n) / sampleRateHz) + 1001),
  );
  return new Uint8Array(samples.buffer);
}

export function silence(ms: number): Uint8Array {
  return new Uint8Array(ms * 32);
}

/** Tells `a` where the sound is loud, each 20 ms when so much more was heard: as late as a network. */
export class LoudMouth implements LipEstimator {
  readonly lookAheadMs = 100;
  readonly #isLoud: boolean[] = [];
  #told = 0;

  push(pcm: Uint8Array): readonly TimedPhoneme[] {
    const samples = new Int16Array(pcm.slice().buffer);
    for (let at = 0; at < samples.length; at += 320)
      this.#isLoud.push(samples.subarray(at, at + 320).some((sample) => Math.abs(sample) > 500));
    return this.#tell(this.#isLoud.length - 5);
  }

  end(): readonly TimedPhoneme[] {
    return this.#tell(this.#isLoud.length);
  }

  #tell(until: number): readonly TimedPhoneme[] {
    const told: TimedPhoneme[] = [];
    for (; this.#told < until; this.#told++)
      told.push({
        phoneme: this.#isLoud[this.#told] === true ? 'a' : 'sil',
        startMs: this.#told * 20,
        endMs: this.#told * 20 + 20,
      });
    return told;
  }
}

import { type ClientVoiceSettings, createClientVoice, type ReplyOptions } from '../../../src/reply/index.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { VoiceConverter } from '../../../src/speaking/index.js';
import type { TellsTimings } from '../../../src/speech/index.js';
import { CodedEngine, type CodedScript } from './coded-engine.js';
import { speechWith, watched } from './reply-rig.js';
import { ScriptedPlayer } from './scripted-player.js';

export interface ClientRigOptions {
  readonly tells?: TellsTimings;
  readonly script?: CodedScript;
  readonly settings?: Partial<Omit<ClientVoiceSettings, 'player'>>;
  /** Of the client, from a sound's leaving until it is heard. @default 40 */
  readonly latencyMs?: number;
}

/** A voice that a client plays: no daemon, no avatar, on a clock that moves when told. */
export async function clientRig({
  tells = 'characters',
  script,
  settings,
  latencyMs,
}: ClientRigOptions = {}) {
  // Loaded in real time, which does not pass here.
  await VoiceConverter.warmUp();
  const clock = new FakeClock();
  const engines: CodedEngine[] = [];
  const speech = await speechWith({}, clock, (name) => {
    const engine = new CodedEngine(name, clock, tells, script);
    engines.push(engine);
    return engine;
  });
  const rate = settings?.sampleRateHz ?? 16_000;
  const player = new ScriptedPlayer(clock, rate, latencyMs);
  const voice = createClientVoice(
    { player, sampleRateHz: rate, latencyMs: 40, ...settings },
    { clock, speech },
  );
  await voice.prepare();
  return {
    clock,
    player,
    voice,
    engines,
    open: (options?: ReplyOptions) => watched(voice.open(options), clock),
    /** Runs the clock until `pending` settles. */
    until: async <T>(pending: Promise<T>, maxMs = 200_000): Promise<T> => {
      let isOver = false;
      const over = (): void => {
        isOver = true;
      };
      pending.then(over, over);
      for (let ms = 0; !isOver && ms < maxMs; ms += 20) await clock.advanceAsync(20);
      if (!isOver) throw new Error(`Still waiting after ${maxMs} ms`);
      return pending;
    },
    /** Expects that nothing was told wrong, and that nothing waits any more. */
    close: async () => {
      await voice.close();
      await speech.close();
      await clock.advanceAsync(2000);
      if (player.broken.length > 0) throw new Error(`The player was told wrong: ${player.broken.join('; ')}`);
      if (clock.pendingCount > 0) throw new Error(`${clock.pendingCount} timers still wait`);
    },
  };
}

export type ClientRig = Awaited<ReturnType<typeof clientRig>>;

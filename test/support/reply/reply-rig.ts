import type { Config } from '../../../src/config/index.js';
import type { Pronouncer } from '../../../src/language/index.js';
import { splitByLanguage } from '../../../src/language/index.js';
import { systemHost } from '../../../src/programs/index.js';
import type { ReplyVoiceSettings } from '../../../src/reply/index.js';
import {
  createReplyVoice,
  type HeardReply,
  type PlayedSound,
  type Reply,
  type ReplyOptions,
  type ReplyVoice,
} from '../../../src/reply/index.js';
import { sleep } from '../../../src/runtime/index.js';
import { composeSpeech } from '../../../src/speech/compose-speech.js';
import type {
  Speech,
  SpeechPorts,
  SpeechSettings,
  Synthesizer,
  TellsTimings,
} from '../../../src/speech/index.js';
import type { EngineKinds, Zod } from '../../../src/vendor/index.js';
import { speakingRig } from '../../integration/speaking/rig.js';
import { FakePlayback } from '../fake-playback.js';
import { CodedEngine, type CodedScript, decodedMs } from './coded-engine.js';
import { ScriptedPlayer } from './scripted-player.js';

export type Topology = ReplyVoice['topology'];

export interface ReplyRigOptions {
  readonly tells?: TellsTimings;
  readonly script?: CodedScript;
  /** Falls in for the first. */
  readonly second?: CodedScript;
  readonly settings?: Partial<ReplyVoiceSettings>;
  readonly config?: Partial<Config>;
  readonly pronouncer?: Pronouncer;
  readonly speech?: SpeechSettings;
  /** What a loudspeaker takes to open. @default 0 */
  readonly openMs?: number;
}

/** A voice with everything behind it but sockets and engines, on a clock that moves when told. */
export async function replyRig(topology: Topology, options: ReplyRigOptions = {}) {
  const rig = await speakingRig(options.config);
  const { clock, client } = rig;
  const { tells = 'characters', script, second, pronouncer, openMs = 0 } = options;
  const engines: CodedEngine[] = [];
  const speech = await speechWith(options.speech ?? {}, clock, (name) => {
    const engine = new CodedEngine(name, clock, tells, name === 'second' ? second : script);
    engines.push(engine);
    return engine;
  });
  const playbacks: FakePlayback[] = [];
  const player = new ScriptedPlayer(clock);
  const own = { ...settingsFor(topology, player), ...options.settings };
  const voice = createReplyVoice(own as ReplyVoiceSettings, {
    ...{ clock, client, speech, pronouncer, env: {} },
    openPlayback: async ({ sampleRateHz, signal }) => {
      if (openMs > 0) await sleep(clock, openMs, signal);
      const playback = new StoppedPlayback(clock, { sampleRateHz });
      playbacks.push(playback);
      return playback;
    },
  });
  await voice.prepare();
  await clock.advanceAsync(100);
  return {
    ...rig,
    speech,
    voice,
    engines,
    playbacks,
    player,
    open: (open?: ReplyOptions) => watched(voice.open(open), clock),
    watch: (reply: Reply) => watched(reply, clock),
    /** Which milliseconds of all that the engine said were heard, in order. */
    heardMs: (): number[] =>
      topology === 'local'
        ? playbacks.flatMap((playback) =>
            decodedMs(playback.heard.slice(0, Math.round(playback.positionMs(clock.nowMs()) * 16))),
          )
        : decodedMs(topology === 'client' ? player.heard() : samplesOf(rig.played)),
    /** Sound that MMDAgent-EX or the loudspeaker played, when the last of it was heard. */
    silentSinceMs: (): number =>
      topology === 'local'
        ? lastOf(playbacks)
        : topology === 'client'
          ? player.silentSinceMs()
          : rig.soundUntilMs(),
    synths: (): string[] =>
      rig.sent.filter(({ text }) => text.startsWith('SYNTH_START')).map(({ text }) => text),
    close: async () => {
      const closed = voice.close();
      await clock.advanceAsync(3000);
      await closed;
      await speech.close();
      await rig.close();
      if (player.broken.length > 0) throw new Error(`The player was told wrong: ${player.broken.join('; ')}`);
    },
  };
}

/** What was stopped is not heard. */
class StoppedPlayback extends FakePlayback {
  override async stop(): Promise<number> {
    const heardMs = await super.stop();
    this.heard.length = Math.min(this.heard.length, Math.round((heardMs * this.sampleRateHz) / 1000));
    return heardMs;
  }
}

export type ReplyRig = Awaited<ReturnType<typeof replyRig>>;

/** A reply with all that it tells. */
export function watched(reply: Reply, clock: { nowMs(): number }) {
  const told: string[] = [];
  const heard: HeardReply[] = [];
  const played: PlayedSound[] = [];
  const unplayed: number[] = [];
  const times: Record<string, number> = {};
  const tell = (name: string) => {
    told.push(name);
    times[name] ??= clock.nowMs();
  };
  const synthesized: number[] = [];
  reply.events.on('synthesized', (atMs) => synthesized.push(atMs));
  reply.events.on('sent', () => tell('sent'));
  reply.events.on('started', (atMs, way) => {
    tell(`started ${way}`);
    times['heardAt'] = atMs;
  });
  reply.events.on('pieceStarted', (index, atMs) => {
    tell(`+${index}`);
    times[`+${index} at`] = atMs;
  });
  reply.events.on('pieceEnded', (index) => tell(`-${index}`));
  reply.events.on('paused', () => tell('paused'));
  reply.events.on('resumed', () => tell('resumed'));
  reply.events.on('credit', (credit) => tell(`credit ${credit}`));
  reply.events.on('warned', (text) => tell(`warned ${text}`));
  reply.events.on('position', (position) => heard.push(position));
  reply.events.on('played', ({ pcm, atMs }) => played.push({ pcm: pcm.slice(), atMs }));
  reply.events.on('unplayed', (fromMs) => unplayed.push(fromMs));
  const say = (...texts: string[]): void => {
    for (const text of texts) void reply.push({ text });
  };
  return {
    reply,
    told,
    heard,
    played,
    unplayed,
    times,
    synthesized,
    say,
    pieces: () => told.filter((one) => /^[+-]\d/.test(one)),
  };
}

function settingsFor(topology: Topology, player: ScriptedPlayer): ReplyVoiceSettings {
  switch (topology) {
    case 'stream':
      return { topology };
    case 'local':
      return { topology, sampleRateHz: 16_000 };
    case 'peer':
      return { topology, engine: 'mmdagent', engines: { mmdagent: { type: 'mmdagent' } } };
    case 'client':
      return { topology, player, sampleRateHz: 16_000, latencyMs: 40 };
    case 'text':
      return { topology, msPerCharacter: 50 };
  }
}

/** Engines `first`, `second` and `mmdagent`, without anything that a text is prepared by. */
export async function speechWith(
  settings: SpeechSettings,
  clock: SpeechPorts['clock'],
  make: (name: string) => Synthesizer,
): Promise<Speech> {
  const kind = (type: string) => ({
    description: type,
    schema: (zod: Zod) => zod.object({ type: zod.literal(type) }),
    keyEnv: undefined,
    needsKey: false,
    create: (name: string) => make(name),
  });
  const kinds: EngineKinds<SpeechPorts, Synthesizer> = {
    first: kind('first'),
    second: kind('second'),
    mmdagent: kind('mmdagent'),
  };
  const ports: SpeechPorts = { clock, env: {}, host: systemHost({}), random: () => 1 };
  const engines = { first: { type: 'first' }, second: { type: 'second' }, mmdagent: { type: 'mmdagent' } };
  return composeSpeech({ engine: 'first', ...settings, engines }, ports, {
    kinds,
    prepare: (text, language) => ({
      text,
      runs: splitByLanguage(text, language === 'ja' ? 'ja' : 'en'),
      sourceRange: (from, to) => ({ from, to }),
    }),
  });
}

function* samplesOf(played: readonly { readonly pcm: Int16Array }[]): Generator<number> {
  for (const { pcm } of played) yield* pcm;
}

function lastOf(playbacks: readonly FakePlayback[]): number {
  const playback = playbacks.at(-1);
  const last = playback?.heard.findLastIndex((sample) => sample !== 0) ?? -1;
  return playback?.heardAtMs(last / 16) ?? Number.NaN;
}

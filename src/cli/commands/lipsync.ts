import { type OpenSoundOptions, openSound, type SoundSource } from '../../audio/index.js';
import type { BridgeClient } from '../../client/index.js';
import { LipsLink } from '../../client/index.js';
import { closingMessage } from '../../lipsync/index.js';
import { anySignal, SystemClock } from '../../runtime/index.js';
import { closeLink } from '../closing.js';
import { type CommandContext, textArg } from '../context.js';
import { connectDaemon } from '../daemon-connection.js';
import { ESTIMATED_RATE_HZ } from '../estimate-lips.js';
import { EXIT } from '../exit-codes.js';
import { LipsSession, type LipsyncParts } from '../lips-session.js';
import { type LipsSource, lipsSource } from '../lips-source.js';
import { playbackHere } from '../local-playback.js';
import { numberArg } from '../numbers.js';
import { soundOptions } from '../speaking.js';

/** People hear more than MMDAgent-EX does. */
const PLAYED_RATE_HZ = 48_000;

/** `lipsync FILE|-`: plays a sound here and moves the lips of the avatar with it; with --plot it is only drawn. */
export async function lipsync(context: CommandContext): Promise<number> {
  if (textArg(context.args, 'plot') !== undefined) {
    const { lipsyncPlot } = await import('./lipsync-plot.js');
    return lipsyncPlot(context);
  }
  const clock = new SystemClock();
  return runLipsync(context, { clock, openPlayback: await playbackHere(context.io, clock) });
}

/** As `lipsync`, on given parts. */
export async function runLipsync(context: CommandContext, parts: LipsyncParts): Promise<number> {
  const file = textArg(context.args, 'file') ?? '-';
  const offsetMs = numberArg(context.args, 'offset-ms', { min: -2000, max: 2000, unit: 'ms' }) ?? 0;
  const fromMs = numberArg(context.args, 'from-ms', { min: 0, max: 86_400_000, unit: 'ms' }) ?? 0;
  const source = await lipsSource(context, file);
  const sampleRateHz = file === '-' && source.phonemes === undefined ? ESTIMATED_RATE_HZ : PLAYED_RATE_HZ;
  const open = soundOpener(context, file);
  // Before the link: a sound that cannot be played costs the avatar nothing.
  const sound = await open(sampleRateHz);
  try {
    const connection = await connectDaemon(context);
    try {
      const link = await openLink(context, connection.client, { parts, source, offsetMs });
      const session = new LipsSession({
        context,
        parts,
        file,
        source,
        link,
        sound,
        sampleRateHz,
        open,
        fromMs,
      });
      const reason = await session.run().finally(() => link.close());
      if (context.args['close'] === true) await closeLink(context, connection.client, link.lane);
      return reason === 'interrupted' ? EXIT.interrupted : EXIT.ok;
    } finally {
      await connection.leave();
    }
  } finally {
    await sound.close();
    if (file === '-') context.io.stdin.destroy();
  }
}

function openLink(
  context: CommandContext,
  client: BridgeClient,
  { parts, source, offsetMs }: { parts: LipsyncParts; source: LipsSource; offsetMs: number },
): Promise<LipsLink> {
  const { config, origins } = context.resolved;
  return LipsLink.open({
    client,
    clock: parts.clock,
    lane: config.lane,
    model: origins.model === 'default' ? undefined : config.model,
    readyTimeoutMs: config.readyTimeoutMs,
    offsetMs,
    closing: (model) => closingMessage(model, source.names.table),
    signal: anySignal(context.io.drain, context.io.quit),
  });
}

function soundOpener(context: CommandContext, file: string): (sampleRateHz: number) => Promise<SoundSource> {
  const options: OpenSoundOptions = {
    ...soundOptions(context.args),
    signal: anySignal(context.io.drain, context.io.quit),
  };
  if (file !== '-') return (sampleRateHz) => openSound(file, { ...options, sampleRateHz });
  const name = 'standard input';
  return (sampleRateHz) => openSound(context.io.stdin, { ...options, name, sampleRateHz });
}

import { type RawFormat, VoiceFeed, type VoiceGateRule } from '../../audio/index.js';
import type { BridgeClient, SpeechEnd } from '../../client/index.js';
import { anySignal, type Clock, ConfigError, isAbortError, SystemClock } from '../../runtime/index.js';
import { closeLink } from '../closing.js';
import { type CommandContext, textArg } from '../context.js';
import { connectDaemon } from '../daemon-connection.js';
import { EXIT } from '../exit-codes.js';
import { isKeyboard } from '../keyboard.js';

import { MicPanel } from '../mic-panel.js';
import { numberArg } from '../numbers.js';
import { soundOptions } from '../speaking.js';
import { openVoiceInput } from '../voice-input.js';
import { lipsLatencyMs, type OpenPathOptions, openVoicePath, type VoicePath } from '../voice-path.js';
import { openMicrophone, type VoiceSource } from '../voice-source.js';

/** What standard input holds when nothing else is said. */
const RAW_INPUT: RawFormat = { sampleRateHz: 16_000, channels: 1, encoding: 's16le' };
const WEEK_SECONDS = 604_800;

interface MicOptions {
  /** Undefined: the microphone. */
  readonly rawFormat: RawFormat | undefined;
  readonly feed: VoiceFeed;
  readonly seconds: number | undefined;
}

/** `mic [-]`: passes a microphone, or raw sound on standard input, on to an avatar, live, until it is told to end. */
export async function mic(context: CommandContext): Promise<number> {
  const options = micOptions(context);
  const clock = new SystemClock();
  const connection = await connectDaemon(context);
  try {
    const lane = await passOn(context, connection.client, clock, options);
    if (context.args['close'] === true && lane !== undefined)
      await closeLink(context, connection.client, lane);
  } finally {
    if (options.rawFormat !== undefined) context.io.stdin.destroy();
    await connection.leave();
  }
  return context.io.quit.aborted ? EXIT.interrupted : EXIT.ok;
}

/** @returns The lane that was spoken on; undefined when it was ended before. */
async function passOn(
  context: CommandContext,
  client: BridgeClient,
  clock: Clock,
  options: MicOptions,
): Promise<string | undefined> {
  const { feed } = options;
  const stop = new AbortController();
  const quit = new AbortController();
  const stopped = anySignal(context.io.drain, context.io.quit, stop.signal);
  const hasKeyboard = options.rawFormat === undefined;
  const panel = new MicPanel({ context, clock, feed, hasKeyboard, stop, quit });
  const say = (text: string): void => panel.say(text);
  let stream: VoicePath | undefined;
  let source: VoiceSource | undefined;
  try {
    const opening = { context, clock, signal: stopped, say };
    const { rawFormat } = options;
    source = await (rawFormat === undefined
      ? openMicrophone(opening)
      : within(clock, options.seconds, stop, () => openVoiceInput(opening, rawFormat)));
    const params = openParams(context);
    const live = await openVoicePath(context, { client, clock, params, say, signal: stopped });
    stream = live;
    panel.start(source, live);
    source.start((frame) => live.write(feed.pass(frame)));
    const isAtEnd = await untilOver(source, live, stopped, clock, options.seconds);
    await source.close();
    panel.soundEnded();
    const isToBeHeard = isAtEnd || live.isSpeaking;
    const end = await finish(live, isToBeHeard, anySignal(context.io.quit, quit.signal));
    panel.report(live, source);
    // The input may have ended before any avatar was ready, and the avatar may go during the last words.
    if (end.reason === 'failed' && isToBeHeard)
      throw end.error ?? new Error('The last words were not spoken');
    return live.lane;
  } catch (error) {
    // It was ended while it was being opened.
    if (stopped.aborted && stream === undefined && isAbortError(error)) return undefined;
    await stream?.interrupt();
    throw error;
  } finally {
    panel.close();
    await source?.close();
  }
}

/**
 * Waits for Ctrl-C, `q`, the time, or the end of the input.
 *
 * @returns Whether the input ended: what it gave is then to be heard, however long the avatar takes to be ready.
 * @throws what ended source or stream.
 */
async function untilOver(
  source: VoiceSource,
  stream: VoicePath,
  stopped: AbortSignal,
  clock: Clock,
  seconds: number | undefined,
): Promise<boolean> {
  let stop = (): void => {};
  const over = new Promise<boolean>((resolve) => {
    stop = () => resolve(false);
  });
  if (stopped.aborted) stop();
  stopped.addEventListener('abort', stop, { once: true });
  const limit = clock.after(seconds === undefined ? Number.POSITIVE_INFINITY : seconds * 1000, stop);
  try {
    return await Promise.race([over, source.ended.then(() => true), stream.failed]);
  } finally {
    limit.cancel();
    stopped.removeEventListener('abort', stop);
  }
}

/** Standard input may say nothing at all: the time counts for the wait too. */
async function within<T>(
  clock: Clock,
  seconds: number | undefined,
  stop: AbortController,
  open: () => Promise<T>,
): Promise<T> {
  const limit = clock.after((seconds ?? Number.POSITIVE_INFINITY) * 1000, () => stop.abort());
  try {
    return await open();
  } finally {
    limit.cancel();
  }
}

/** What the daemon has is spoken; a second Ctrl-C ends that too. */
async function finish(stream: VoicePath, isToBeHeard: boolean, quit: AbortSignal): Promise<SpeechEnd> {
  await stream.measureDrops();
  const onQuit = (): void => void stream.interrupt();
  if (quit.aborted || !isToBeHeard) onQuit();
  quit.addEventListener('abort', onQuit, { once: true });
  const end = await stream.end();
  quit.removeEventListener('abort', onQuit);
  return end;
}

function openParams(context: CommandContext): OpenPathOptions['params'] {
  const { config, origins } = context.resolved;
  return {
    ...(config.lane === undefined ? {} : { lane: config.lane }),
    ...(origins.mode === 'default' ? {} : { mode: config.mode }),
    ...(origins.model === 'default' ? {} : { model: config.model }),
    ...(origins.leadMs === 'default' ? {} : { leadMs: config.leadMs }),
    ...(origins.readyTimeoutMs === 'default' ? {} : { readyTimeoutMs: config.readyTimeoutMs }),
  };
}

/** @throws {ConfigError} BRIDGE_ERR_USAGE */
function micOptions(context: CommandContext): MicOptions {
  const { args } = context;
  const source = textArg(args, 'source');
  if (source !== undefined && source !== '-') {
    throw usage(
      `Expected - (standard input) or nothing, got "${source}"; \`play\` plays files, --input-device chooses a microphone`,
    );
  }
  if (args['lips-only'] === true && args['lips'] !== undefined)
    throw usage('--lips-only sends no sound: leave --lips out');
  if (lipsLatencyMs(context) !== undefined && args['lips-only'] !== true)
    throw usage('--lips-latency-ms is for --lips-only: sound that is sent has a pace of its own');
  const { rawFormat, gainDb } = soundOptions(args);
  if (rawFormat !== undefined && source === undefined) throw usage('--raw describes standard input: add -');
  const feed = new VoiceFeed({
    gate: gateRule(context, source === '-'),
    isMuted: args['mute'] === true,
    ...(gainDb === undefined ? {} : { gainDb }),
  });
  return {
    rawFormat: source === '-' ? (rawFormat ?? RAW_INPUT) : undefined,
    feed,
    seconds: numberArg(args, 'seconds', { min: 0.02, max: WEEK_SECONDS, unit: 's' }),
  };
}

function gateRule({ args, io }: CommandContext, isInput: boolean): VoiceGateRule {
  const thresholdDbfs = numberArg(args, 'threshold-db', { min: -100, max: 0, unit: 'dBFS' });
  const isPushed = args['push-to-talk'] === true;
  const isOff = args['gate'] === false;
  if ([thresholdDbfs !== undefined, isPushed, isOff].filter(Boolean).length > 1)
    throw usage('--threshold-db, --push-to-talk and --no-gate exclude each other: give one of them');
  if (isPushed && (isInput || !isKeyboard(io.stdin)))
    throw usage('--push-to-talk needs a keyboard: a terminal as standard input');
  if (isPushed) return { by: 'push-to-talk' };
  if (isOff) return { by: 'off' };
  return thresholdDbfs === undefined ? { by: 'auto' } : { by: 'fixed', thresholdDbfs };
}

function usage(text: string): ConfigError {
  return new ConfigError('BRIDGE_ERR_USAGE', text);
}

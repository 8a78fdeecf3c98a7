import {
  type CalibrationStore,
  type DeviceHost,
  listOutputs,
  MAX_OFFSET_MS,
  measureOutputOffset,
  type OutputCalibration,
  type OutputOffset,
  outputMeant,
  systemHost,
} from '../../devices/index.js';
import { type Clock, ConfigError, SystemClock } from '../../runtime/index.js';
import { openCalibrations } from '../calibrations.js';
import type { CommandContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { numberArg } from '../numbers.js';
import { printable, printableJson } from '../printable.js';

export interface CalibrateParts {
  readonly clock: Clock;
  readonly host: DeviceHost;
  readonly measure: typeof measureOutputOffset;
}

/** Rate at which local playback opens loudspeakers. */
const PLAYBACK_HZ = 48_000;
/** Below this the chirps were hardly alike or far apart: worth a warning, not a refusal. */
const GOOD_CONFIDENCE = 0.5;

/** `calibrate`: how late a loudspeaker is, measured and kept for `lipsync`; or shown, set or forgotten. */
export function calibrate(context: CommandContext): Promise<number> {
  const host = systemHost(context.io.env);
  return runCalibrate(context, { clock: new SystemClock(), host, measure: measureOutputOffset });
}

/** As `calibrate`, on given parts. */
export async function runCalibrate(context: CommandContext, parts: CalibrateParts): Promise<number> {
  const { args } = context;
  const setMs = numberArg(args, 'set-ms', { min: -MAX_OFFSET_MS, max: MAX_OFFSET_MS, unit: 'ms' });
  const modes = [args['show'] === true, args['forget'] === true, setMs !== undefined];
  if (modes.filter(Boolean).length > 1) {
    throw new ConfigError('BRIDGE_ERR_USAGE', '--show, --forget and --set-ms exclude each other');
  }
  const store = await openCalibrations(context.io.env, parts.host.platform);
  if (args['show'] === true) return show(context, store);
  if (args['forget'] === true) return forget(context, store, parts);
  if (setMs !== undefined) return set(context, store, parts, setMs);
  return measure(context, store, parts);
}

function show(context: CommandContext, store: CalibrationStore): number {
  if (context.args['json'] === true) {
    context.print(printableJson({ file: store.path, outputs: store.entries }));
    return EXIT.ok;
  }
  if (store.entries.length === 0) context.say('No loudspeaker is calibrated');
  for (const entry of store.entries) context.print(lineOf(entry));
  return EXIT.ok;
}

async function forget(
  context: CommandContext,
  store: CalibrationStore,
  parts: CalibrateParts,
): Promise<number> {
  const output = await meant(context, parts);
  const forgotten = await store.forget(output);
  if (context.args['json'] === true) context.print(printableJson({ ...output, forgotten }));
  const name = printable(`${output.backend} ${output.device ?? '(default)'}`);
  context.say(forgotten > 0 ? `Forgotten: ${name}` : `Nothing was kept for ${name}`);
  return EXIT.ok;
}

async function set(
  context: CommandContext,
  store: CalibrationStore,
  parts: CalibrateParts,
  offsetMs: number,
): Promise<number> {
  const output = await meant(context, parts);
  const entry: OutputCalibration = {
    ...output,
    sampleRateHz: PLAYBACK_HZ,
    offsetMs,
    spreadMs: undefined,
    via: 'hand',
    measuredAt: new Date(parts.clock.wallMs()).toISOString(),
  };
  await store.keep(entry);
  context.print(context.args['json'] === true ? printableJson(entry) : `Kept: ${lineOf(entry)}`);
  return EXIT.ok;
}

async function measure(
  context: CommandContext,
  store: CalibrationStore,
  parts: CalibrateParts,
): Promise<number> {
  const { config, origins } = context.resolved;
  const input = { backend: config.inputBackend, device: config.inputDevice };
  const isInputMeant = origins.inputBackend !== 'default' || config.inputDevice !== undefined;
  context.say('Chirps are played and recorded for 7 seconds …');
  const offset = await parts.measure({
    output: { backend: config.outputBackend, device: config.outputDevice },
    ...(isInputMeant ? { input } : {}),
    amplitude: (0.5 * config.volumePercent) / 100,
    sampleRateHz: PLAYBACK_HZ,
    clock: parts.clock,
    host: parts.host,
    signal: context.io.drain,
  });
  const entry: OutputCalibration = {
    ...offset.output,
    offsetMs: Math.round(offset.offsetMs * 10) / 10,
    spreadMs: Math.round(offset.spreadMs * 10) / 10,
    via: offset.via,
    measuredAt: new Date(parts.clock.wallMs()).toISOString(),
  };
  await store.keep(entry);
  report(context, offset, entry);
  return EXIT.ok;
}

function report(context: CommandContext, offset: OutputOffset, entry: OutputCalibration): void {
  const { found, played, confidence, input, boundMs, underruns } = offset;
  if (context.args['json'] === true) {
    context.print(printableJson({ ...entry, found, played, confidence, input, boundMs, underruns }));
    return;
  }
  const heardBy = entry.via === 'monitor' ? 'its loopback' : 'the microphone';
  context.print(`Kept: ${lineOf(entry)}`);
  context.say(
    `${found} of ${played} chirps found by ${heardBy} ${printable(input.device ?? '(default)')}; its own times may be wrong by ${boundMs.toFixed(0)} ms`,
  );
  if (entry.via === 'monitor') {
    context.say(
      'A loopback does not hear the loudspeaker itself: for Bluetooth and HDMI name a microphone with --input-device',
    );
  }
  if (underruns > 0)
    context.say(`${underruns} underruns while measuring: measure again when the machine is at rest`);
  if (confidence < GOOD_CONFIDENCE) {
    context.say('The chirps were hard to hear: turn the volume up and measure again to be sure');
  }
}

/** The loudspeaker that the flags mean, as it is kept. @throws {DeviceError} */
async function meant(
  context: CommandContext,
  { host }: CalibrateParts,
): Promise<{ readonly backend: string; readonly device: string | undefined }> {
  const { outputBackend, outputDevice } = context.resolved.config;
  return outputMeant(await listOutputs(host), outputBackend, outputDevice);
}

function lineOf({
  backend,
  device,
  sampleRateHz,
  offsetMs,
  spreadMs,
  via,
  measuredAt,
}: OutputCalibration): string {
  const how = via === 'hand' ? 'set by hand' : `by ${via}, spread ${spreadMs ?? '?'} ms`;
  const name = printable(device ?? '(default)');
  return `${backend} ${name}, ${sampleRateHz} Hz: ${offsetMs} ms (${how}, ${measuredAt.slice(0, 10)})`;
}

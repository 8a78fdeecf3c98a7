import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { openSound } from '../../audio/index.js';
import {
  type LipsPlot,
  plotLips,
  plotWidth,
  shownMouth,
  svgToPng,
  WaveformGatherer,
} from '../../export/index.js';
import { SoundMouth, type TimedPhoneme } from '../../lipsync/index.js';
import { anySignal, ConfigError, errorText, RequestError } from '../../runtime/index.js';
import { type CommandContext, textArg } from '../context.js';
import { ESTIMATED_RATE_HZ } from '../estimate-lips.js';
import { EXIT } from '../exit-codes.js';
import { lipsSource } from '../lips-source.js';
import { printableJson } from '../printable.js';
import { soundOptions } from '../speaking.js';

/** `lipsync FILE --plot OUT.svg|OUT.png`: draws sound, phonemes and mouth; plays nothing and needs no avatar. */
export async function lipsyncPlot(context: CommandContext): Promise<number> {
  const out = textArg(context.args, 'plot') ?? '';
  const [, kind] = /\.(svg|png)$/i.exec(out) ?? [];
  if (kind === undefined)
    throw new ConfigError(
      'BRIDGE_ERR_USAGE',
      `--plot: expected a file that ends in .svg or .png, got "${out.slice(0, 80)}"`,
    );
  const plot = await plotOf(context, textArg(context.args, 'file') ?? '-');
  await write(out, kind.toLowerCase() === 'svg' ? plotLips(plot) : await png(plot));
  const { durationMs } = plot.waveform;
  if (context.args['json'] === true)
    context.print(
      printableJson({ file: out, durationMs: Math.round(durationMs), phonemes: plot.phonemes.length }),
    );
  else context.say(`${out}: ${(durationMs / 1000).toFixed(1)} s, ${plot.phonemes.length} phonemes`);
  return EXIT.ok;
}

async function plotOf(context: CommandContext, file: string): Promise<LipsPlot> {
  const source = await lipsSource(context, file);
  const signal = anySignal(context.io.drain, context.io.quit);
  const options = { ...soundOptions(context.args), sampleRateHz: ESTIMATED_RATE_HZ, signal };
  const sound = await (file === '-'
    ? openSound(context.io.stdin, { ...options, name: 'standard input' })
    : openSound(file, options));
  const waveform = new WaveformGatherer();
  const estimator = source.phonemes === undefined ? new SoundMouth() : undefined;
  const estimated: TimedPhoneme[] = [];
  try {
    for await (const block of sound.frames()) {
      waveform.push(block);
      if (estimator !== undefined) estimated.push(...estimator.push(block));
    }
    if (estimator !== undefined) estimated.push(...estimator.end());
  } finally {
    await sound.close();
    if (file === '-') context.io.stdin.destroy();
  }
  const phonemes = source.phonemes ?? joined(estimated);
  const from = source.phonemes === undefined ? 'the sound (estimated)' : basename(source.label);
  const name = file === '-' ? 'standard input' : basename(file);
  return {
    title: `${name} - phonemes from ${from}`,
    waveform: waveform.end(),
    phonemes,
    mouth: shownMouth(phonemes, source.names),
  };
}

/** An estimator tells what goes on piece by piece; a picture shows it once. */
function joined(phonemes: readonly TimedPhoneme[]): TimedPhoneme[] {
  const all: TimedPhoneme[] = [];
  for (const phoneme of phonemes) {
    const last = all.at(-1);
    if (last?.phoneme === phoneme.phoneme) all[all.length - 1] = { ...last, endMs: phoneme.endMs };
    else all.push(phoneme);
  }
  return all;
}

function png(plot: LipsPlot): Promise<Uint8Array> {
  return svgToPng(plotLips(plot, { letters: 'lines' }), plotWidth(plot));
}

async function write(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(path, content);
  } catch (error) {
    throw new RequestError('BRIDGE_ERR_FILE_WRITE', `${path} could not be written: ${errorText(error)}`);
  }
}

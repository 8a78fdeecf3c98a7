import { basename, dirname, join } from 'node:path';
import type { Check } from '../check.js';
import { type Content, type ContentModel, shownPath } from '../content/find-content.js';
import { modelMorphs } from '../content/model-morphs.js';
import { LIP_KEYS, parseShapemap, type Shapemap } from '../content/shapemap.js';
import type { DoctorContext } from '../context.js';
import type { Finding } from '../finding.js';
import { finding } from '../make-finding.js';

const MAX_MODEL_BYTES = 256 * 1024 * 1024;
const MAX_SHAPEMAP_BYTES = 1024 * 1024;
const MAX_CSV_BYTES = 64 * 1024 * 1024;
const MAX_SHOWN = 12;

/** The models that the content loads, and what opens their mouths. */
export const modelsCheck: Check = {
  id: 'content.models',
  area: 'content',
  timeoutMs: 10_000,
  run: async (context, signal) => {
    const content = await context.findContent();
    const findings: Finding[] = [];
    for (const model of speakers(content, context.resolved.config.model)) {
      if (signal.aborted) break;
      findings.push(...(await modelFindings(context, content, model)));
    }
    return findings;
  },
};

/** The morphs of a model, those of its extension included; undefined when it cannot be read. */
export async function readMorphs(
  { files }: DoctorContext,
  path: string,
): Promise<(((name: string) => boolean) & { readonly names: readonly string[] }) | undefined> {
  const bytes = await files.read(path, MAX_MODEL_BYTES);
  const morphs = bytes === undefined ? undefined : modelMorphs(bytes);
  if (morphs === undefined) return undefined;
  // A PMD made from a PMX has the rest in a table beside it, in one of two encodings.
  const csv = await files.read(`${path}.csv`, MAX_CSV_BYTES);
  const text =
    csv === undefined
      ? ''
      : ['utf-8', 'shift_jis'].map((encoding) => new TextDecoder(encoding).decode(csv)).join('\n');
  const has = (name: string): boolean => morphs.names.has(name) || text.includes(`"${name}"`);
  return Object.assign(has, { names: [...morphs.names] });
}

/** The models behind the alias that the bridge speaks through, else all; each file once. */
export function speakers({ models }: Content, alias: string): readonly ContentModel[] {
  const own = models.filter((model) => model.alias === alias);
  const chosen = own.length > 0 ? own : models;
  return [...new Map(chosen.map((model) => [model.path, model])).values()].slice(0, MAX_SHOWN);
}

async function modelFindings(
  context: DoctorContext,
  { mdf }: Content,
  { path, written, place }: ContentModel,
): Promise<Finding[]> {
  const { files } = context;
  const folder = dirname(mdf?.path ?? path);
  const actual = await actualName(context, path);
  if (actual === undefined) return [finding('content.modelMissing', 'error', { path: written, place })];
  const findings: Finding[] = [];
  if (actual !== basename(path)) {
    const level = context.host.platform === 'linux' ? 'error' : 'warning';
    findings.push(finding('content.modelCase', level, { path: written, place, actual }));
  }
  const modelPath = join(dirname(path), actual);
  const morphs = await readMorphs(context, modelPath);
  if (morphs === undefined) {
    findings.push(finding('content.modelUnread', 'info', { path: shownPath(modelPath, folder) }));
  }
  const shapemapPath = `${modelPath}.shapemap`;
  const shown = shownPath(shapemapPath, folder);
  const bytes = await files.read(shapemapPath, MAX_SHAPEMAP_BYTES);
  if (bytes === undefined) return [...findings, finding('content.shapemapMissing', 'info', { path: shown })];
  return [...findings, ...shapemapFindings(shown, parseShapemap(bytes), morphs)];
}

function shapemapFindings(
  path: string,
  { lips, exMorphs, hidden, isUtf8 }: Shapemap,
  morphs: Awaited<ReturnType<typeof readMorphs>>,
): Finding[] {
  const findings: Finding[] = [];
  if (!isUtf8) findings.push(finding('content.shapemapEncoding', 'warning', { path }));
  if (hidden.length > 0) {
    findings.push(
      finding('content.shapemapHidden', 'warning', { path, keys: hidden.slice(0, MAX_SHOWN).join(', ') }),
    );
  }
  const missing = LIP_KEYS.filter((key) => !lips.has(key) && !hidden.includes(key));
  if (missing.length > 0) {
    findings.push(finding('content.lipMissing', 'warning', { path, keys: missing.join(', ') }));
  }
  const wrong = [...lips].filter(([, morph]) => morphs !== undefined && !morphs(morph));
  if (wrong.length > 0) {
    const keys = wrong.map(([key, morph]) => `${key} ${morph}`).join(', ');
    const names = (morphs?.names ?? []).slice(0, MAX_SHOWN).join(', ');
    findings.push(finding('content.lipNoMorph', 'warning', { path, keys, morphs: names }));
  } else if (morphs !== undefined && missing.length === 0 && hidden.length === 0) {
    findings.push(finding('content.lipEntries', 'ok', { path, keys: LIP_KEYS.join(', ') }));
  }
  const names = [...exMorphs.keys()];
  findings.push(
    names.length > 0
      ? finding('content.exMorphs', 'ok', {
          path,
          count: names.length,
          names: names.slice(0, MAX_SHOWN).join(', '),
        })
      : finding('content.noExMorphs', 'info', { path }),
  );
  return findings;
}

/** The file's name as the folder has it, letters' case aside; undefined when it is not there. */
async function actualName({ files }: DoctorContext, path: string): Promise<string | undefined> {
  const name = basename(path);
  const names = (await files.list(dirname(path))) ?? [];
  if (names.includes(name)) return name;
  return names.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
}

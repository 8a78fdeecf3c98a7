import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { activeSettings, latin1AsUtf8, splitMdf } from '../../mdf/index.js';
import { BridgeError } from '../../runtime/index.js';
import type { DoctorOptions } from '../context.js';
import type { DoctorFiles } from '../files.js';
import { type MachineView, peersAmong } from '../machine/machine-view.js';
import { type FstArc, parseFst } from './fst.js';

/** A dialogue script of the content. */
export interface ContentScript {
  /** Relative to the content's folder. */
  readonly name: string;
  readonly arcs: readonly FstArc[];
}

/** A model that the content loads. */
export interface ContentModel {
  readonly alias: string;
  /** As the script says. */
  readonly written: string;
  readonly path: string;
  /** FILE:LINE of the script. */
  readonly place: string;
}

/** What MMDAgent-EX is started with, as far as it was found. */
export interface Content {
  /** What was asked for, or seen at a running MMDAgent-EX. */
  readonly asked: string | undefined;
  readonly mdf: { readonly path: string; readonly bytes: Uint8Array } | undefined;
  /** How many .mdf files the folder holds. */
  readonly mdfCount: number;
  readonly scripts: readonly ContentScript[];
  /** Named by %INCLUDE, and not there. */
  readonly missingScripts: readonly string[];
  readonly models: readonly ContentModel[];
  /** Where the program lies: its plugins and AppData. */
  readonly programFolder: string | undefined;
}

const MAX_MDF_BYTES = 1_000_001;
const MAX_SCRIPT_BYTES = 2_000_000;
const MAX_SCRIPTS = 200;

/** Finds the .mdf, its scripts and their models. Reads only; what is not there is left out. */
export async function findContent(options: DoctorOptions, machine: MachineView): Promise<Content> {
  const { files } = options;
  // Of several, the one started last.
  const peer = [...peersAmong((await machine.processes()) ?? [])].sort((a, b) => b.pid - a.pid)[0];
  const started = peer?.args?.slice(1).findLast((arg) => /\.mdf$/i.test(arg));
  // It makes the folder of its .mdf its own.
  const seen =
    started === undefined || isAbsolute(started) ? started : inFolder(peer?.folder, basename(started));
  const asked = options.content ?? seen;
  const { path, mdfCount } =
    asked === undefined ? { path: undefined, mdfCount: 0 } : await mdfAt(files, asked);
  const bytes = path === undefined ? undefined : await files.read(path, MAX_MDF_BYTES);
  const mdf = path === undefined || bytes === undefined ? undefined : { path, bytes };
  const programFolder = await programFolderOf(files, peer?.executable, path);
  if (mdf === undefined) {
    return { asked, mdf, mdfCount, scripts: [], missingScripts: [], models: [], programFolder };
  }
  const folder = dirname(mdf.path);
  const { scripts, missing } = await readScripts(files, folder, scriptName(mdf));
  return {
    asked,
    mdf,
    mdfCount,
    scripts,
    missingScripts: missing,
    models: scripts.flatMap((script) => modelsOf(script, folder)),
    programFolder,
  };
}

/** The settings of an .mdf that count, as text; undefined when it is no text. */
export function readSettings(bytes: Uint8Array): ReadonlyMap<string, string> | undefined {
  try {
    const active = activeSettings(splitMdf(bytes).lines);
    return new Map([...active].map(([key, value]) => [key, latin1AsUtf8(value)]));
  } catch (error) {
    if (error instanceof BridgeError) return undefined;
    throw error;
  }
}

async function mdfAt(
  files: DoctorFiles,
  path: string,
): Promise<{ readonly path: string | undefined; readonly mdfCount: number }> {
  const status = await files.status(path);
  if (status?.isFolder !== true) return { path: status?.isFile ? path : undefined, mdfCount: 1 };
  const names = ((await files.list(path)) ?? []).filter((name) => /\.mdf$/i.test(name));
  const chosen = names.find((name) => name.toLowerCase() === 'main.mdf') ?? names[0];
  return { path: chosen === undefined ? undefined : join(path, chosen), mdfCount: names.length };
}

async function programFolderOf(
  files: DoctorFiles,
  executable: string | undefined,
  mdfPath: string | undefined,
): Promise<string | undefined> {
  if (executable !== undefined) return dirname(executable);
  if (mdfPath === undefined) return undefined;
  const folder = dirname(mdfPath);
  const names = (await files.list(folder)) ?? [];
  return names.some((name) => /^mmdagent-ex(?:\.exe)?$/i.test(name)) ? folder : undefined;
}

/** The script that MMDAgent-EX starts with: named by the .mdf, else as the .mdf itself. */
function scriptName({ path, bytes }: { readonly path: string; readonly bytes: Uint8Array }): string {
  return readSettings(bytes)?.get('ContentFile') ?? basename(path).replace(/\.[^.]*$/, '.fst');
}

/** The first script, those beside it whose names begin with its name, and all that these include. */
async function readScripts(
  files: DoctorFiles,
  folder: string,
  first: string,
): Promise<{ readonly scripts: readonly ContentScript[]; readonly missing: readonly string[] }> {
  const beside = ((await files.list(folder)) ?? []).filter(
    (name) => name.startsWith(first) && name !== first && /\.fst$/i.test(name),
  );
  const scripts = new Map<string, ContentScript>();
  const missing: string[] = [];
  const queue = [first, ...beside];
  for (const name of queue) {
    if (scripts.has(name) || scripts.size >= MAX_SCRIPTS) continue;
    const bytes = await files.read(inFolder(folder, name) ?? name, MAX_SCRIPT_BYTES);
    if (bytes === undefined) {
      if (name !== first && !missing.includes(name)) missing.push(name);
      continue;
    }
    const { arcs, includes } = parseFst(new TextDecoder().decode(bytes));
    scripts.set(name, { name, arcs });
    queue.push(...includes.map(withSlashes));
  }
  return { scripts: [...scripts.values()], missing };
}

function modelsOf(script: ContentScript, folder: string): ContentModel[] {
  return script.arcs.flatMap(({ line, output }) => {
    const [type, alias, written] = output.split('|');
    const isModel = type === 'MODEL_ADD' || type === 'MODEL_CHANGE';
    // A variable is known only while the program runs.
    if (!isModel || alias === undefined || written === undefined || written.includes('$')) return [];
    const path = inFolder(folder, withSlashes(written)) ?? written;
    return [{ alias, written, path, place: `${script.name}:${line}` }];
  });
}

/** A path as the content's own messages name it. */
export function shownPath(path: string, folder: string): string {
  const short = relative(folder, path);
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short;
}

function inFolder(folder: string | undefined, name: string): string | undefined {
  if (isAbsolute(name)) return name;
  return folder === undefined ? undefined : join(folder, name);
}

function withSlashes(path: string): string {
  return path.replaceAll('\\', '/');
}

import { basename, join } from 'node:path';
import { DEFAULT_LIP_TABLE, type LipTable, parseLipTable } from '../../lipsync/index.js';
import { BridgeError } from '../../runtime/index.js';
import type { Check } from '../check.js';
import type { DoctorContext } from '../context.js';
import type { Finding } from '../finding.js';
import { finding } from '../make-finding.js';
import { readMorphs, speakers } from './models.js';

const MAX_TABLE_BYTES = 1024 * 1024;
const MAX_SHOWN = 12;

/** The lip.txt that turns LIPSYNC_START into mouth shapes: the user's own, or the one beside the program. */
export const lipTableCheck: Check = {
  id: 'content.lipTable',
  area: 'content',
  timeoutMs: 8000,
  run: async (context) => {
    const given = context.resolved.config.lipTxt;
    const { programFolder } = await context.findContent();
    const beside = programFolder === undefined ? undefined : join(programFolder, 'AppData', 'lip.txt');
    const path = given ?? beside;
    if (path === undefined) return [];
    const bytes = await context.files.read(path, MAX_TABLE_BYTES);
    if (bytes === undefined)
      return given === undefined ? [] : [finding('content.lipTableMissing', 'error', { path })];
    return tableFindings(context, path, bytes);
  },
};

async function tableFindings(context: DoctorContext, path: string, bytes: Uint8Array): Promise<Finding[]> {
  const table = tableOf(path, bytes);
  if (typeof table === 'string') return [finding('content.lipTableBroken', 'error', { path, reason: table })];
  const { names, morphs } = table;
  // A table that the bridge was given is what it keeps to.
  const isGiven = context.resolved.config.lipTxt !== undefined;
  const unknown = isGiven ? [] : DEFAULT_LIP_TABLE.names.filter((name) => !table.has(name));
  return [
    finding('content.lipTable', 'ok', { path, count: names.length, morphs: morphs.length }),
    ...(unknown.length > 0
      ? [
          finding('content.phonemesMissing', 'warning', {
            path,
            phonemes: unknown.slice(0, MAX_SHOWN).join(', '),
          }),
        ]
      : []),
    ...(await morphFindings(context, morphs)),
  ];
}

function tableOf(path: string, bytes: Uint8Array): LipTable | string {
  try {
    return parseLipTable(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), basename(path)).table;
  } catch (error) {
    if (error instanceof BridgeError) return error.message;
    throw error;
  }
}

async function morphFindings(context: DoctorContext, morphs: readonly string[]): Promise<Finding[]> {
  const content = await context.findContent();
  const findings: Finding[] = [];
  for (const { path, written } of speakers(content, context.resolved.config.model)) {
    const has = await readMorphs(context, path);
    const lost = has === undefined ? [] : morphs.filter((morph) => !has(morph));
    if (lost.length === 0) continue;
    const values = { model: written, morphs: lost.slice(0, MAX_SHOWN).join(', ') };
    findings.push(finding('content.lipTableNoMorph', 'warning', values));
  }
  return findings;
}

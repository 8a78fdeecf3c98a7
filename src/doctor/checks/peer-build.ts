import { join } from 'node:path';
import type { Check } from '../check.js';
import type { DoctorContext } from '../context.js';
import type { FileStatus } from '../files.js';
import type { Finding } from '../finding.js';
import { finding } from '../make-finding.js';

/** Builds from the first of these days up to the second have a TCP server that does not open its port on Windows. */
const BROKEN_FROM_MS = Date.UTC(2025, 8, 9);
const BROKEN_TO_MS = Date.UTC(2025, 11, 20);
/** No Windows build of MMDAgent-EX is older; linkers that write a hash instead of the time give dates far outside. */
const OLDEST_MS = Date.UTC(2020, 0, 1);
const NEWEST_MS = Date.UTC(2040, 0, 1);
const HEADER_BYTES = 4096;

/**
 * Known faults of builds, told by the date in the plugin's header, or less surely by the file's.
 *
 * @source MMDAgent-EX pull request 24: broken by commit 74b4e38, mended by 8beec9d
 */
export const peerBuildCheck: Check = {
  id: 'peer.build',
  area: 'peer',
  timeoutMs: 8000,
  run: async (context) => {
    const { programFolder } = await context.findContent();
    if (programFolder === undefined) return [];
    const candidates = [
      join(programFolder, 'Plugins', 'Plugin_Remote.dll'),
      join(programFolder, 'MMDAgent-EX.exe'),
    ];
    for (const path of candidates) {
      const status = await context.files.status(path);
      if (status?.isFile === true) return [await buildFinding(context, path, status)];
    }
    return [];
  },
};

async function buildFinding(context: DoctorContext, path: string, status: FileStatus): Promise<Finding> {
  const header = await context.files.read(path, HEADER_BYTES);
  const linkedAtMs = header === undefined ? undefined : linkTimeMs(header);
  const builtAtMs = linkedAtMs ?? status.modifiedAtMs;
  const date = new Date(builtAtMs).toISOString().slice(0, 10);
  const evidence = linkedAtMs === undefined ? 'file date' : 'program header';
  if (builtAtMs < BROKEN_FROM_MS || builtAtMs >= BROKEN_TO_MS) {
    return finding('peer.build', 'ok', { path, date, evidence });
  }
  const isServer = (await context.peerLinks()).some(({ kind }) => kind === 'tcp');
  if (linkedAtMs === undefined) {
    return finding('peer.maybeBrokenServer', isServer ? 'warning' : 'info', { path, date });
  }
  return finding('peer.brokenServer', isServer ? 'error' : 'info', { path, date, evidence });
}

/**
 * When a Windows program was linked, by its own header.
 *
 * @returns Wall clock; undefined for other files and for programs that carry a hash there.
 * @source Microsoft PE format: the offset of `PE\0\0` stands at 0x3c, TimeDateStamp (seconds) 8 bytes behind it
 */
export function linkTimeMs(header: Uint8Array): number | undefined {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (header.byteLength < 64 || view.getUint16(0, false) !== 0x4d5a) return undefined;
  const at = view.getUint32(0x3c, true);
  if (at + 12 > header.byteLength || view.getUint32(at, false) !== 0x50450000) return undefined;
  const timeMs = view.getUint32(at + 8, true) * 1000;
  return timeMs >= OLDEST_MS && timeMs < NEWEST_MS ? timeMs : undefined;
}

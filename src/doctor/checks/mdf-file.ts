import { dirname } from 'node:path';
import { isAnyHost, type LinkSpec, MASK, maskPath } from '../../config/index.js';
import {
  checkMdf,
  isUtf8,
  type MdfFinding,
  type MdfOptions,
  mdfSettings,
  RETRY_COUNT,
} from '../../mdf/index.js';
import { BridgeError } from '../../runtime/index.js';
import type { Check } from '../check.js';
import { type Content, readSettings } from '../content/find-content.js';
import type { DoctorContext } from '../context.js';
import type { Finding } from '../finding.js';
import { finding } from '../make-finding.js';

const MAX_SHOWN_CHARS = 80;
const LOOKED_AT_BYTES = 4096;
/** Longer path segments are taken for tokens, as everywhere. */
const TOKEN_SEGMENT = /[^/]{16,}/g;

export const mdfCheck: Check = {
  id: 'mdf.settings',
  area: 'mdf',
  timeoutMs: 8000,
  run: async (context) => {
    const content = await context.findContent();
    if (content.asked === undefined) return [finding('mdf.none', 'info', {})];
    if (content.mdf === undefined) return [finding('mdf.notFound', 'error', { path: content.asked })];
    const { path, bytes } = content.mdf;
    if (!isText(bytes)) return [finding('mdf.notText', 'error', { path })];
    const several = { folder: content.asked, count: content.mdfCount, file: path };
    return [
      ...(content.mdfCount > 1 ? [finding('mdf.several', 'info', several)] : []),
      ...encodingFindings(path, bytes),
      ...(await linkFindings(context, content, path, bytes)),
    ];
  },
};

/** Text in any encoding has hardly any control characters but NUL (UTF-16); other files have them everywhere. */
function isText(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, LOOKED_AT_BYTES);
  const controls = start.filter(
    (byte) => byte > 0 && byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d,
  );
  return controls.byteLength <= start.byteLength / 50;
}

function encodingFindings(file: string, bytes: Uint8Array): Finding[] {
  const latin1 = Buffer.from(bytes).toString('latin1');
  if (latin1.startsWith('\u00ef\u00bb\u00bf')) {
    const isFirstLineEmpty = /^\u00ef\u00bb\u00bf[ \t]*(?:#.*)?\r?\n/.test(latin1);
    return isFirstLineEmpty ? [] : [finding('mdf.byteOrderMark', 'warning', { file })];
  }
  return bytes.includes(0) || isUtf8(latin1) ? [] : [finding('mdf.notUtf8', 'info', { file })];
}

/** The .mdf is for one link: the one it fits best. */
async function linkFindings(
  context: DoctorContext,
  content: Content,
  file: string,
  bytes: Uint8Array,
): Promise<Finding[]> {
  const merged = await withProgramMdf(context, content, bytes);
  const compared = (await context.peerLinks()).map((link) => compare(link, file, merged));
  if (compared.length === 0) return [];
  const isFit = ({ findings }: Compared): number =>
    findings.filter(({ level }) => level === 'error').length * 100 + findings.length;
  const best = compared.reduce((left, right) => (isFit(right) < isFit(left) ? right : left));
  if (best.findings.length > 0) return [...best.findings];
  return [finding('mdf.fits', 'ok', { file, link: best.link.name })];
}

/** MMDAgent-EX reads the .mdf beside its program first, and the content's wins over it line by line. */
async function withProgramMdf(
  { files }: DoctorContext,
  { programFolder, mdf }: Content,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  if (programFolder === undefined || mdf === undefined || dirname(mdf.path) === programFolder) return bytes;
  const below = await files.read(`${programFolder}/MMDAgent-EX.mdf`, 1_000_000);
  if (below === undefined || below.includes(0)) return bytes;
  return new Uint8Array(Buffer.concat([below, Buffer.from('\n'), bytes]));
}

interface Compared {
  readonly link: LinkSpec;
  readonly findings: readonly Finding[];
}

function compare(link: LinkSpec, file: string, bytes: Uint8Array): Compared {
  try {
    const settings = readSettings(bytes);
    const options = dialledHost(link, settings);
    const wanted = new Map(mdfSettings(link, options).map(({ key, value }) => [key, value]));
    const findings = checkMdf(bytes, link, options)
      .filter(({ code, key }) => !(code === 'wrong-value' && isMasked(link, key)))
      .map((found) => told(found, { file, link, wanted, settings }));
    return { link, findings };
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    if (error.code === 'BRIDGE_ERR_MDF') {
      return { link, findings: [finding('mdf.unreadable', 'error', { file, reason: error.message })] };
    }
    const values = { file, link: link.name, reason: error.message };
    return { link, findings: [finding('mdf.notOurLink', 'warning', values)] };
  }
}

/** A link that listens on every address fits whichever of them the .mdf names. */
function dialledHost(link: LinkSpec, settings: ReadonlyMap<string, string> | undefined): MdfOptions {
  if (!('host' in link) || !isAnyHost(link.host)) return {};
  const key = link.kind === 'ws-listen' ? 'Plugin_Remote_Websocket_Host' : 'Plugin_Remote_Hostname';
  return { host: settings?.get(key) ?? '127.0.0.1' };
}

/** Whether a link, as a daemon tells of it, keeps this setting to itself. */
function isMasked(link: LinkSpec, key: string): boolean {
  return link.kind === 'ws-listen' && key.endsWith('_Directory') && link.path.includes(MASK);
}

interface Told {
  readonly file: string;
  readonly link: LinkSpec;
  readonly wanted: ReadonlyMap<string, string>;
  readonly settings: ReadonlyMap<string, string> | undefined;
}

function told({ code, severity, key }: MdfFinding, { file, link, wanted, settings }: Told): Finding {
  const found = shown(settings?.get(key) ?? '');
  const base = { file, key };
  const value = { ...base, wanted: wantedText(key, link, wanted) };
  switch (code) {
    case 'missing':
      return finding('mdf.missing', severity, value);
    case 'wrong-value':
      return finding('mdf.wrongValue', severity, { ...value, found });
    case 'rival-key':
      return finding('mdf.rivalKey', severity, { ...base, found });
    case 'retry-count':
      return settings?.has(key) === true
        ? finding('mdf.retryCount', severity, { file, found, wanted: RETRY_COUNT })
        : finding('mdf.retryMissing', severity, { file, wanted: RETRY_COUNT });
    case 'http-server-open':
      return finding('mdf.httpServer', severity, { file });
    case 'hidden-key':
      return finding('mdf.hiddenKey', severity, base);
    case 'plugin-disabled':
      return finding('mdf.pluginDisabled', severity, { file });
  }
}

/** A path may be a token: findings go to screens and reports. */
function wantedText(key: string, link: LinkSpec, wanted: ReadonlyMap<string, string>): string {
  if (link.kind === 'ws-listen' && key.endsWith('_Directory')) return maskPath(link.path, link.host);
  return wanted.get(key) ?? '';
}

function shown(value: string): string {
  const isPath = value.startsWith('/');
  return (isPath ? value.replace(TOKEN_SEGMENT, MASK) : value).slice(0, MAX_SHOWN_CHARS);
}

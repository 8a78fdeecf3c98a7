import { LINK_DEFAULTS, maskLink } from '../../config/index.js';
import type { Check } from '../check.js';
import type { DoctorContext } from '../context.js';
import { finding } from '../make-finding.js';

/** Shorter ones would be found by chance. */
const MIN_SECRET_CHARS = 8;

/** Secrets in command lines, which every user of a machine sees. */
export const argumentsCheck: Check = {
  id: 'exposure.arguments',
  area: 'exposure',
  timeoutMs: 10_000,
  run: async (context) => {
    const secrets = longSecretsOf(context);
    const processes = (await context.machine.processes()) ?? [];
    return processes
      .filter(({ args }) =>
        args?.some((arg) => /\bBRIDGE_KEY=\S/.test(arg) || secrets.some((secret) => arg.includes(secret))),
      )
      .map(({ name: program, pid }) => finding('exposure.keyInArguments', 'warning', { program, pid }));
  },
};

/** Files with secrets that others can read. */
export const filesCheck: Check = {
  id: 'exposure.files',
  area: 'exposure',
  timeoutMs: 3000,
  run: async (context) => {
    // Windows has no such bits: what Node gives there is made up.
    if (context.host.platform === 'win32') return [];
    const { config, origins } = context.resolved;
    const hasSecretLinks = origins.links === 'file' && longSecretsOf(context).length > 0;
    const paths = [config.linkTlsKey, config.controlTlsKey, hasSecretLinks ? config.configFile : undefined];
    const found = await Promise.all(
      paths.map(async (path) => {
        const status = path === undefined ? undefined : await context.files.status(path);
        if (path === undefined || status === undefined || (status.mode & 0o077) === 0) return [];
        return [finding('exposure.fileReadable', 'warning', { path, mode: status.mode.toString(8) })];
      }),
    );
    return found.flat();
  },
};

function longSecretsOf(context: DoctorContext): readonly string[] {
  return secretsOf(context).filter(({ length }) => length >= MIN_SECRET_CHARS);
}

/** The key, and what may be a token in the paths of links, however short. The path that everybody has is none. */
export function secretsOf({ resolved }: Pick<DoctorContext, 'resolved'>): readonly string[] {
  const { key } = resolved.config;
  const tokens = resolved.links.flatMap((link) => {
    if (link.kind !== 'ws-listen') return [];
    const shown = maskLink(
      `ws-listen://${link.host.includes(':') ? `[${link.host}]` : link.host}:${link.port}${link.path}`,
    );
    return link.path
      .split('/')
      .filter(
        (segment) =>
          segment !== '' &&
          !`${LINK_DEFAULTS.wsPath}/`.includes(`/${segment}/`) &&
          !shown.includes(`/${segment}`),
      );
  });
  return [...(key === undefined ? [] : [key]), ...tokens];
}

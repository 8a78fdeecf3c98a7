import { accessFiles, createSelfSigned, MAX_CERTIFICATE_DAYS } from '../../access/index.js';
import { ConfigError, SystemClock } from '../../runtime/index.js';
import { type CommandContext, textArg, textListArg } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { numberArg } from '../numbers.js';
import { printableJson } from '../printable.js';

/** `cert [HOST…]`: writes a certificate for this machine, and its key. */
export async function cert(context: CommandContext): Promise<number> {
  const { args, io } = context;
  const days = numberArg(args, 'days', { min: 1, max: MAX_CERTIFICATE_DAYS, unit: 'days' });
  const made = await createSelfSigned({
    hosts: textListArg(args, 'hosts'),
    folder: folderOf(textArg(args, 'folder'), io.env),
    clock: new SystemClock(),
    replaces: args['replace'] === true,
    ...(days === undefined ? {} : { days: Math.floor(days) }),
  });
  const { certFile, keyFile, hosts, fingerprint } = made;
  const until = new Date(made.notAfterMs).toISOString().slice(0, 10);
  if (args['json'] === true) {
    context.print(printableJson({ certFile, keyFile, hosts, until, fingerprint }));
    return EXIT.ok;
  }
  context.print(`Certificate  ${certFile}`);
  context.print(`Key          ${keyFile}`);
  context.print(`Good for     ${hosts.join(' ')}`);
  context.print(`Until        ${until}`);
  context.print(`SHA-256      ${fingerprint}`);
  context.say(
    `The server speaks https with this in its settings file:\nserve:\n  tls: { certFile: ${JSON.stringify(certFile)}, keyFile: ${JSON.stringify(keyFile)} }`,
  );
  context.say(
    'Browsers warn the first time, since nobody else vouches for it: compare the fingerprint there with the one here before going on',
  );
  return EXIT.ok;
}

/** @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - the environment names no home. */
function folderOf(given: string | undefined, env: CommandContext['io']['env']): string {
  const folder = given ?? accessFiles(env, process.platform)?.certFolder;
  if (folder !== undefined && folder !== '') return folder;
  throw new ConfigError(
    'BRIDGE_ERR_CONFIG_INVALID',
    'Where to keep the certificate is not known: set HOME or XDG_CONFIG_HOME (Windows: APPDATA) to a full path, or give --folder',
  );
}

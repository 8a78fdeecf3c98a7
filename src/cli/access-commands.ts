import type { Argv } from 'yargs';
import type { Choose } from './parser-parts.js';

const FILE = {
  'keys-file': {
    type: 'string',
    requiresArg: true,
    describe: 'File of the keys',
    defaultDescription: "serve.keyFile of the settings, else keys.json in the user's folder",
  },
} as const;
const NAME = { type: 'string', demandOption: true, describe: 'Name of the key' } as const;

/** Who may use the server, and under which certificate. */
export function accessCommands(parser: Argv, choose: Choose): void {
  parser.command('keys', 'Keys for the server: who may use it from elsewhere', (command) => {
    add(command, choose);
    command.command(
      'list',
      'List names, roles and beginnings; keys themselves are kept nowhere',
      (sub) => sub.options(FILE),
      (args) => choose(async () => (await import('./commands/keys.js')).keysList, args),
    );
    command.command(
      'remove <name>',
      'Take a key back; a running server knows within seconds',
      (sub) => sub.positional('name', NAME).options(FILE),
      (args) => choose(async () => (await import('./commands/keys.js')).keysRemove, args),
    );
    return command.demandCommand(1, 'Expected keys add, list or remove');
  });
  parser.command(
    'cert [hosts..]',
    'Make a certificate that this machine signs itself: browsers give microphones off localhost over https only',
    (command) =>
      command
        .positional('hosts', {
          type: 'string',
          array: true,
          describe: "More names and addresses, beside localhost and this machine's",
        })
        .options({
          days: { type: 'string', requiresArg: true, describe: '1 to 397', defaultDescription: '397' },
          folder: {
            type: 'string',
            requiresArg: true,
            describe: 'Where cert.pem and key.pem go',
            defaultDescription: "tls in the user's folder",
          },
          replace: { type: 'boolean', describe: 'Replace those that are there' },
        })
        .example('$0 cert bridge.local 192.168.1.5', ''),
    (args) => choose(async () => (await import('./commands/cert.js')).cert, args),
  );
}

function add(parser: Argv, choose: Choose): void {
  parser.command(
    'add <name>',
    'Make a key and show it, once',
    (sub) =>
      sub
        .positional('name', NAME)
        .options({
          role: {
            choices: ['visitor', 'client', 'operator'],
            requiresArg: true,
            describe: 'What it allows: to talk; to do what programs do; everything',
            defaultDescription: 'client',
          },
          note: { type: 'string', requiresArg: true, describe: 'What it is for; shown in the list' },
          ...FILE,
        })
        .example('$0 keys add phone --role operator', ''),
    (args) => choose(async () => (await import('./commands/keys.js')).keysAdd, args),
  );
}

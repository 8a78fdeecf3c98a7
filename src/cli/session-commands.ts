import type { Argv } from 'yargs';
import type { Choose } from './parser-parts.js';

const ID = 'Id of a session, or as many digits of its beginning as no other has';
const USER = { type: 'string', requiresArg: true } as const;

/** What is kept of conversations. */
export function sessionCommands(parser: Argv, choose: Choose): void {
  parser.command('sessions', 'Kept conversations (section keep of the settings)', (command) => {
    list(command, choose);
    show(command, choose);
    forget(command, choose);
    return command.demandCommand(1, 'Expected sessions list, show or forget');
  });
  parser.command(
    'latency [ids..]',
    'Show how long the turns of kept conversations took, stage by stage',
    (command) =>
      command
        .positional('ids', { type: 'string', array: true, describe: `${ID}; none: all sessions` })
        .option('turns', {
          type: 'boolean',
          describe: 'Also each turn, as a line that shows where its time went',
        })
        .option('by', {
          choices: ['voice', 'typed', 'peer', 'tool', 'operator', 'avatar'],
          requiresArg: true,
          describe: 'Only turns that were begun so',
        })
        .option('user', { ...USER, describe: 'Only sessions of this user' })
        .example('$0 latency --by voice --turns', ''),
    (args) => choose(async () => (await import('./commands/latency.js')).latency, args),
  );
}

function list(parser: Argv, choose: Choose): void {
  parser.command(
    'list',
    'List them, newest first',
    (command) =>
      command.option('user', { ...USER, describe: 'Only those of this user' }).option('limit', {
        type: 'string',
        requiresArg: true,
        describe: 'No more than these',
        defaultDescription: '20',
      }),
    (args) => choose(async () => (await import('./commands/sessions.js')).sessionsList, args),
  );
}

function show(parser: Argv, choose: Choose): void {
  parser.command(
    'show <id>',
    'Show what was said in one',
    (command) =>
      command
        .positional('id', { type: 'string', describe: ID })
        .option('timings', { type: 'boolean', describe: 'Also when what happened in each turn' }),
    (args) => choose(async () => (await import('./commands/sessions.js')).sessionsShow, args),
  );
}

function forget(parser: Argv, choose: Choose): void {
  parser.command(
    'forget [ids..]',
    'Remove sessions for good: words, recordings, and what long-term memory has of them',
    (command) =>
      command
        .positional('ids', { type: 'string', array: true, describe: ID })
        .option('user', {
          ...USER,
          describe: 'All sessions of this user, and all that is remembered of them',
        })
        .option('all', { type: 'boolean', describe: 'All sessions; needs --yes' })
        .option('yes', { type: 'boolean', describe: 'Do not ask back' }),
    (args) => choose(async () => (await import('./commands/sessions.js')).sessionsForget, args),
  );
}

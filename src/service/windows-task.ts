import { ConfigError, xmlText } from '../runtime/index.js';
import type { ServiceCommand } from './service-file.js';

/**
 * A Windows Task Scheduler task that starts at logon.
 *
 * The scheduler takes the file in UTF-16 only; whoever writes it to disk encodes it so, with a byte order mark.
 */
export function windowsTask({ command, args, env }: ServiceCommand): string {
  if (!/^(?:[A-Za-z]:\\|\\\\)[^"<>|*?]*$/.test(command)) {
    throw refused(`needs the absolute path of the program, got ${JSON.stringify(command.slice(0, 64))}`);
  }
  if (Object.keys(env).length > 0) {
    throw refused('cannot set variables: give the settings as flags or in a --config file');
  }
  const line = args.map(quoted).join(' ');
  for (const text of [command, line]) {
    if (/%[^%]+%|\$\(/.test(text))
      throw refused('replaces %NAME% and $(NAME), and has no way to write them: rename it');
  }
  return `${[
    '<?xml version="1.0" encoding="UTF-16"?>',
    '<!-- Save as UTF-16 with a byte order mark (in PowerShell: Out-File -Encoding Unicode mmdagent-bridge.xml), then run:',
    '     schtasks /Create /TN mmdagent-bridge /XML mmdagent-bridge.xml',
    '     Secrets do not belong here: run setx BRIDGE_KEY ... once and log in again. -->',
    '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">',
    '  <RegistrationInfo><Description>mmdagent-bridge daemon</Description></RegistrationInfo>',
    '  <Triggers><LogonTrigger><Enabled>true</Enabled></LogonTrigger></Triggers>',
    '  <Principals>',
    '    <Principal id="Author">',
    '      <LogonType>InteractiveToken</LogonType>',
    '      <RunLevel>LeastPrivilege</RunLevel>',
    '    </Principal>',
    '  </Principals>',
    '  <Settings>',
    '    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>',
    '    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>',
    '    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>',
    '    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>',
    '    <RestartOnFailure><Interval>PT1M</Interval><Count>10</Count></RestartOnFailure>',
    '  </Settings>',
    '  <Actions Context="Author">',
    '    <Exec>',
    `      <Command>${xmlText(command)}</Command>`,
    ...(line === '' ? [] : [`      <Arguments>${xmlText(line)}</Arguments>`]),
    '    </Exec>',
    '  </Actions>',
    '</Task>',
  ].join('\n')}\n`;
}

/**
 * One argument as the C runtime of Windows programs takes it apart again.
 *
 * @source Microsoft C++ documentation, "Parsing C command-line arguments"
 */
function quoted(argument: string): string {
  if (argument !== '' && !/[ "]/.test(argument)) return argument;
  return `"${argument.replace(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, '$&$&')}"`;
}

function refused(why: string): ConfigError {
  return new ConfigError('BRIDGE_ERR_CONFIG_INVALID', `The Windows Task Scheduler ${why}.`);
}

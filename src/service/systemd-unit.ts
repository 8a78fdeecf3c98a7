import { ConfigError } from '../runtime/index.js';
import type { ServiceCommand } from './service-file.js';

/**
 * A systemd unit for the user's own manager.
 *
 * Exit code 2 means that the settings are wrong, which no restart mends.
 */
export function systemdUnit({ command, args, env }: ServiceCommand): string {
  // systemd refuses quotes and backslashes in the program's own path, however they are written.
  if (!/^\/[^"'\\]*$/.test(command)) {
    const shown = JSON.stringify(command.slice(0, 64));
    throw new ConfigError(
      'BRIDGE_ERR_CONFIG_INVALID',
      `systemd needs the absolute path of the program, without quotes and backslashes, got ${shown}.`,
    );
  }
  const environment = Object.entries(env).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`);
  return `${[
    '# Save as ~/.config/systemd/user/mmdagent-bridge.service, then run:',
    '#   systemctl --user daemon-reload && systemctl --user enable --now mmdagent-bridge',
    '# Secrets (BRIDGE_KEY=...) go into ~/.config/mmdagent-bridge/environment, readable by you only (chmod 600).',
    '[Unit]',
    'Description=mmdagent-bridge daemon',
    'StartLimitIntervalSec=60',
    'StartLimitBurst=5',
    '',
    '[Service]',
    'Type=exec',
    // In the program's own path systemd replaces %, but not $.
    `ExecStart=${[quoted(command), ...args.map((arg) => quoted(arg).replaceAll('$', '$$$$'))].join(' ')}`,
    ...environment,
    'EnvironmentFile=-%h/.config/mmdagent-bridge/environment',
    'Restart=on-failure',
    'RestartSec=2',
    'RestartPreventExitStatus=2',
    'SuccessExitStatus=130 143',
    'KillSignal=SIGTERM',
    'KillMode=mixed',
    'TimeoutStopSec=20',
    'NoNewPrivileges=yes',
    '',
    '[Install]',
    'WantedBy=default.target',
  ].join('\n')}\n`;
}

/**
 * One word of a unit file.
 *
 * @source systemd.syntax(7) "Quoting", systemd.unit(5) "Specifiers"
 */
function quoted(word: string): string {
  return `"${word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')}"`;
}

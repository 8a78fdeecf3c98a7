import { ConfigError, xmlText } from '../runtime/index.js';
import type { ServiceCommand } from './service-file.js';

const LABEL = 'mmdagent-bridge';

/** A launchd agent for the user's own session. launchd runs no shell, so XML is all there is to escape. */
export function launchdPlist({ command, args, env }: ServiceCommand): string {
  if (!command.startsWith('/')) {
    throw new ConfigError(
      'BRIDGE_ERR_CONFIG_INVALID',
      `launchd needs the absolute path of the program, got ${JSON.stringify(command.slice(0, 64))}.`,
    );
  }
  const variables = Object.entries(env).flatMap(([name, value]) => [
    `    <key>${xmlText(name)}</key>`,
    `    <string>${xmlText(value)}</string>`,
  ]);
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<!-- Save as ~/Library/LaunchAgents/${LABEL}.plist, then run: launchctl load -w on that file.`,
    '     Secrets do not belong here: run launchctl setenv BRIDGE_KEY ... before. -->',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    '<dict>',
    `  <key>Label</key><string>${LABEL}</string>`,
    '  <key>ProgramArguments</key>',
    '  <array>',
    ...[command, ...args].map((word) => `    <string>${xmlText(word)}</string>`),
    '  </array>',
    ...(variables.length === 0
      ? []
      : ['  <key>EnvironmentVariables</key>', '  <dict>', ...variables, '  </dict>']),
    '  <key>RunAtLoad</key><true/>',
    '  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>',
    '  <key>ThrottleInterval</key><integer>10</integer>',
    '  <key>ExitTimeOut</key><integer>20</integer>',
    '</dict>',
    '</plist>',
  ].join('\n')}\n`;
}

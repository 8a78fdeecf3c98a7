import { assertNever, ProtocolError } from '../runtime/index.js';
import { encodeLine, encodeMessage, type Message } from './message.js';
import { assertArgument } from './text.js';
import type { WireFrame } from './wire-frame.js';

/** Which mouth source MMDAgent-EX switches its own lip sync off for. `ALWAYS`: our phonemes alone move the mouth. */
export type DisableAutoLip = (typeof DISABLE_AUTO_LIP)[number];

const DISABLE_AUTO_LIP = ['NO', 'ARKIT', 'AU', 'ARKIT+AU', 'ALWAYS'] as const;

/**
 * The `__AV…` verbs: they steer the avatar object of this connection, are not echoed, and are forgotten on every disconnect.
 *
 * @source MMDAgent-EX docs "Streaming Audio Data" and "Plugin_Remote"; Plugin_Remote Avatar::processMessage()
 */
export type AvatarCommand =
  | { readonly verb: 'start' }
  | { readonly verb: 'end' }
  | { readonly verb: 'setModel'; readonly alias: string }
  | { readonly verb: 'disableAutoLip'; readonly mode: DisableAutoLip }
  | { readonly verb: 'exMorph'; readonly rates: Readonly<Record<string, number>> }
  | { readonly verb: 'action'; readonly index: number }
  | { readonly verb: 'message'; readonly message: Message };

/**
 * One `__AV…` line.
 *
 * @throws {ProtocolError} BRIDGE_ERR_MESSAGE_ARGUMENT, _TOO_LONG, and all of `encodeMessage` for `message`.
 */
export function encodeAvatarCommand(command: AvatarCommand): WireFrame {
  switch (command.verb) {
    case 'start':
      return encodeLine('__AV_START', '__AV_START');
    case 'end':
      return encodeLine('__AV_END', '__AV_END');
    case 'setModel':
      assertListItem(command.alias, 'the model alias');
      return encodeLine(`__AV_SETMODEL,${command.alias}`, '__AV_SETMODEL');
    case 'disableAutoLip':
      if (!DISABLE_AUTO_LIP.includes(command.mode)) {
        throw new ProtocolError(
          'BRIDGE_ERR_MESSAGE_ARGUMENT',
          `Expected one of ${DISABLE_AUTO_LIP.join(', ')} for DISABLEAUTOLIP, got ${JSON.stringify(String(command.mode).slice(0, 60))}`,
        );
      }
      return encodeLine(`__AVCONF_DISABLEAUTOLIP,${command.mode}`, '__AVCONF_DISABLEAUTOLIP');
    case 'exMorph':
      return encodeLine(`__AV_EXMORPH,${morphRates(command.rates)}`, '__AV_EXMORPH');
    case 'action':
      if (!Number.isInteger(command.index) || command.index < 0 || command.index > 99) {
        throw new ProtocolError(
          'BRIDGE_ERR_MESSAGE_ARGUMENT',
          `Expected an action number 0-99, got ${command.index}`,
        );
      }
      return encodeLine(`__AV_ACTION,${command.index}`, '__AV_ACTION');
    case 'message': {
      // Checked as the message it becomes: the wrapper opens no way around the rules.
      encodeMessage(command.message.type, ...command.message.args);
      const text = [command.message.type, ...command.message.args].join('|');
      return encodeLine(`__AV_MESSAGE,${text}`, '__AV_MESSAGE');
    }
    default:
      return assertNever(command);
  }
}

function morphRates(rates: Readonly<Record<string, number>>): string {
  const entries = Object.entries(rates);
  if (entries.length === 0) {
    throw new ProtocolError(
      'BRIDGE_ERR_MESSAGE_ARGUMENT',
      'Expected at least one morph name with a rate for EXMORPH',
    );
  }
  const parts = entries.map(([name, rate]) => {
    assertListItem(name, 'an EXMORPH name');
    if (name.includes('=')) {
      throw new ProtocolError('BRIDGE_ERR_MESSAGE_ARGUMENT', `Expected no "=" in the EXMORPH name ${name}`);
    }
    if (!(rate >= 0 && rate <= 1)) {
      throw new ProtocolError(
        'BRIDGE_ERR_MESSAGE_ARGUMENT',
        `Expected a rate from 0 to 1 for the morph ${name}, got ${rate}`,
      );
    }
    return `${name}=${Number(rate.toFixed(4))}`;
  });
  return parts.join(',');
}

function assertListItem(value: string, what: string): void {
  assertArgument(value, what);
  if (value.includes(',')) {
    throw new ProtocolError(
      'BRIDGE_ERR_MESSAGE_ARGUMENT',
      `Expected no "," in ${what}, got ${JSON.stringify(value.slice(0, 60))}`,
    );
  }
}

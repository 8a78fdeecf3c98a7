import { ProviderError } from '../../runtime/index.js';

/** A program or package on this machine did not do what it should. */
export function programFault(
  provider: string,
  text: string,
  options: { readonly retryable?: boolean; readonly cause?: unknown } = {},
): ProviderError {
  return new ProviderError('BRIDGE_ERR_SPEECH_PROGRAM', text, { provider, ...options });
}

/** Closed, and still asked to speak. */
export function closedFault(provider: string): ProviderError {
  return programFault(provider, `${provider} was closed; make a new one to go on speaking`);
}

export function stalledFault(provider: string, text: string): ProviderError {
  return new ProviderError('BRIDGE_ERR_SPEECH_STALLED', text, { provider, retryable: true });
}

export function voiceFault(provider: string, voice: string, advice: string): ProviderError {
  return new ProviderError(
    'BRIDGE_ERR_SPEECH_VOICE',
    `${provider} has no voice ${JSON.stringify(voice)}; ${advice}`,
    {
      provider,
    },
  );
}

/** @param text - why nothing in the request can be said. */
export function textFault(provider: string, text: string): ProviderError {
  return new ProviderError('BRIDGE_ERR_SPEECH_TEXT', text, { provider });
}

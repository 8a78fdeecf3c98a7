import { MASK, maskUrlText } from './mask.js';

/** Names under which keys stand; of headers every one may. */
const SECRET_NAME = /key$|token|secret|password|authorization|cookie|credential|^headers$/i;
/** Of which nothing is secret but the variable's value: `${KEY}`, `Bearer ${KEY}`. */
const VARIABLES = /\$\{[A-Za-z_][A-Za-z0-9_]*\}/g;
/** What may stand beside a variable and tells nothing. */
const SCHEMES = /^(bearer|basic|token|key|apikey)$/i;
/** Headers that say nothing worth hiding. */
const OPEN_HEADERS = /^(accept|accept-language|content-type|user-agent)$/i;

/** A section as it may be shown: of the same shape, what may be secret hidden; names of variables stay. */
export function maskSecrets(value: unknown): unknown {
  return masked(value, false);
}

function masked(value: unknown, isSecret: boolean): unknown {
  if (typeof value === 'string') {
    if (isSecret) return isOnlyVariables(value) ? value : MASK;
    return /^[a-z][a-z0-9+.-]*:\/\//i.test(value) && /[@?#]/.test(value) ? maskUrlText(value) : value;
  }
  if (typeof value !== 'object' || value === null)
    return isSecret && typeof value === 'number' ? MASK : value;
  if (Array.isArray(value)) return value.map((item) => masked(item, isSecret));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, masked(inner, isSecretName(name, isSecret))]),
  );
}

/** Where secrets stand as they are: paths such as `openai.apiKey`. */
export function literalSecrets(value: unknown, path: readonly string[] = [], isSecret = false): string[] {
  if (typeof value === 'string')
    return isSecret && value !== '' && !isOnlyVariables(value) ? [path.join('.')] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    literalSecrets(inner, [...path, name], isSecretName(name, isSecret)),
  );
}

function isSecretName(name: string, isInside: boolean): boolean {
  return isInside ? !OPEN_HEADERS.test(name) : SECRET_NAME.test(name);
}

function isOnlyVariables(text: string): boolean {
  const rest = text.replace(VARIABLES, '').trim();
  return rest === '' || (rest.length < text.trim().length && SCHEMES.test(rest));
}

import { createHash } from 'node:crypto';

/**
 * Names the sound of a set of options, whatever their order: type and a hash. Options that say nothing of the sound (keys,
 * waits) are left out, so a new key keeps the cache.
 */
export function fingerprintOf(type: string, options: Readonly<Record<string, unknown>>): string {
  const { apiKey: _key, firstByteMs: _first, idleMs: _idle, name: _name, ...sounding } = options;
  return `${type}:${createHash('sha256').update(canonical(sounding)).digest('hex').slice(0, 32)}`;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}

/** For what need not be there; every other error goes on. */
export function absent(error: unknown): undefined {
  const code = (error as { readonly code?: unknown } | null)?.code;
  if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
  throw error;
}

/**
 * Asks the server for what it tells of its machine. The header shows servers that it is this page that asks, in browsers
 * that do not say so themselves: another site's page could not send it.
 */
export function askMachine(path: string): Promise<Response> {
  return fetch(path, { headers: { 'X-Bridge-Request': 'page' } });
}

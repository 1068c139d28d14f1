/** The command as it was given, for a report that can be repeated. */
export function givenCommandLine(): string {
  return ['vultus', ...process.argv.slice(2)].map(quoteForShell).join(' ');
}

function quoteForShell(argument: string): string {
  return /^[\w./:=,@%+-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

/** An object with one field, or none where there is nothing to say: for spreading. */
export function optionalField<Name extends string, T>(
  name: Name,
  value: T | null | undefined,
): { readonly [key in Name]?: T } {
  if (value === null || value === undefined) return {};
  const one: { [key in Name]?: T } = {};
  one[name] = value;
  return one;
}

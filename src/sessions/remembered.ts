/** What follows from data that are replaced and never changed, worked out once for each of them. */
export function remembered<Data extends object, Value>(work: (data: Data) => Value): (data: Data) => Value {
  const known = new WeakMap<Data, { readonly value: Value }>();
  return (data) => {
    let found = known.get(data);
    if (found === undefined) known.set(data, (found = { value: work(data) }));
    return found.value;
  };
}

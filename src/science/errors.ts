/** Something a person can mend: it names the field, file or link at fault and says the remedy. */
export class LabError extends Error {
  override readonly name = 'LabError';
  constructor(
    message: string,
    /** Path of the recipe field (`task.train`), file name, or other thing at fault. */
    readonly subject: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

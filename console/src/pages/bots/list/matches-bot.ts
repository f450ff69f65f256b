interface Named {
  readonly userId: string;
  readonly name: string;
}

/** Whether the ID or the name contains the text, in any letter case. */
export const matchesBot = ({ userId, name }: Named, text: string): boolean => {
  const wanted = text.toLowerCase();
  return userId.toLowerCase().includes(wanted) || name.toLowerCase().includes(wanted);
};

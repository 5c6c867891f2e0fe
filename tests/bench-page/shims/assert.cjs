module.exports = (holds, message = "it does not hold") => {
  if (!holds) throw new Error(message);
};

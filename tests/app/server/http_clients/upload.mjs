// Prints the status that a body of so many bytes is answered with, twice over one agent.
const [url, size] = process.argv.slice(2);
const statuses = new Set();
for (let round = 0; round < 2; round += 1) {
  const answer = await fetch(url, { method: "POST", body: "x".repeat(Number(size)) });
  await answer.text();
  statuses.add(answer.status);
}
console.log([...statuses].join(" "));

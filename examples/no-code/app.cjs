// A plain CommonJS application, as it may have stood for years. Nothing in it knows of obsbox.
const express = require("express");

const port = Number(process.env.PORT ?? 7821);
const app = express();

app.get("/", (request, response) => {
  console.log("somebody is at the door");
  response.send("Come in\n");
});

app.get("/rooms/:name", (request, response) => {
  response.send(`This is the ${request.params.name}\n`);
});

app.listen(port, () => console.log(`open at http://localhost:${port}`));

FROM python:3.13-slim

# An account of its own; the database is elsewhere, so nothing has to be written.
RUN useradd --system --create-home contactcenter
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY contactcenter contactcenter
COPY channels channels
COPY routing routing
COPY migrations migrations
RUN pip install --no-cache-dir . && rm -rf /src/*

USER contactcenter
WORKDIR /home/contactcenter
ENV CONTACTCENTER_HOST=0.0.0.0 CONTACTCENTER_PORT=8080 CONTACTCENTER_LOG_FORMAT=json
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["python", "-c", \
  "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/readyz', timeout=4)"]
ENTRYPOINT ["contactcenter"]
CMD ["serve"]

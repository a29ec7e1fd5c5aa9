# The chat page in a container; docs/deploy.md tells how to run it.
FROM python:3.12-slim

RUN useradd --create-home --uid 10001 juwen \
    && install --directory --owner juwen /library /cache

WORKDIR /app
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY index index
COPY rag rag
COPY eval eval
COPY ui ui
# PyTorch's build for the CPU where its index can be reached, pip's default otherwise.
RUN pip install --no-cache-dir 'uv>=0.9' \
    && (uv pip install --system --no-cache --torch-backend=cpu --constraint constraints.txt '.[files,openai,mcp]' \
        || pip install --no-cache-dir --constraint constraints.txt '.[files,openai,mcp]')

USER juwen
WORKDIR /library
ENV JUWEN_LIBRARY=/library JUWEN_CACHE=/cache PYTHONUNBUFFERED=1
VOLUME ["/library", "/cache"]
EXPOSE 7860
HEALTHCHECK --start-period=120s --interval=30s --timeout=5s \
    CMD ["python", "-c", "import urllib.request as u; u.build_opener(u.ProxyHandler({})).open('http://127.0.0.1:7860/health')"]

# Asks for the user and password of JUWEN_AUTH, without which it does not listen to other machines.
ENTRYPOINT ["juwen"]
CMD ["chat", "--no-browser", "--host", "0.0.0.0"]
